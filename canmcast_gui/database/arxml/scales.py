"""How raw numbers become values in ARXML files (COMPU-METHOD), as far as the parser can say it."""

from __future__ import annotations

from copy import deepcopy
from xml.etree.ElementTree import Element

from canmcast_gui.database.arxml.numbers import number_of
from canmcast_gui.database.arxml.tree import Tree

# A text for a range of numbers is a text for each of them; larger ranges are no choices.
_MOST_OF_RANGE = 256


def repair_method(tree: Tree, method: Element) -> None:
    """Repair a COMPU-METHOD; scales that cannot be read are taken out."""
    category = tree.text(method, "CATEGORY")
    scales = tree.children(method, "COMPU-INTERNAL-TO-PHYS", "COMPU-SCALES", "COMPU-SCALE")
    if category == "LINEAR" and len(scales) > 1:
        for scale in scales[1:]:
            tree.remove(scale)
        tree.say_lost(method, f"{tree.describe(method)}: all but the first of {len(scales)} scales")
        scales = scales[:1]
    for scale in scales:
        if tree.child(scale, "COMPU-CONST") is not None or category == "TEXTTABLE":
            _repair_text(tree, method, scale)
        elif category in ("LINEAR", "SCALE_LINEAR_AND_TEXTTABLE"):
            _repair_limits(tree, scale)
            _repair_coefficients(tree, method, scale)


def _repair_text(tree: Tree, method: Element, scale: Element) -> None:
    """A text must be for one number: that of both limits."""
    low, high = (_limit(tree, scale, name) for name in ("LOWER-LIMIT", "UPPER-LIMIT"))
    low, high = (high if low is None else low), (low if high is None else high)
    text = tree.text(scale, "COMPU-CONST", "VT")
    if not text or low is None or high is None or not 0 <= high - low < _MOST_OF_RANGE:
        tree.lose(scale, f"{tree.describe(method)}: a scale without a text for a number")
        return
    if low == high and _limit(tree, scale, "LOWER-LIMIT") == _limit(tree, scale, "UPPER-LIMIT"):
        return
    parent = tree.parents[scale]
    for number in range(int(low) + 1, int(high) + 1):
        copy = deepcopy(scale)
        parent.append(copy)
        tree.parents[copy] = parent
        _put_limits(tree, copy, number)
    _put_limits(tree, scale, int(low))
    if low != high:
        tree.say_repaired(scale, f"{tree.describe(method)}: {text} is the text of {low:g} to {high:g}")


def _put_limits(tree: Tree, scale: Element, number: int) -> None:
    for name in ("LOWER-LIMIT", "UPPER-LIMIT"):
        tree.put(scale, name, str(number))


def _limit(tree: Tree, scale: Element, name: str) -> float | None:
    return number_of(tree.text(scale, name))


def _repair_limits(tree: Tree, scale: Element) -> None:
    for name in ("LOWER-LIMIT", "UPPER-LIMIT"):
        limit = tree.child(scale, name)
        if limit is not None and number_of(limit.text) is None:
            tree.remove(limit)  # as INF, which limits nothing


def _repair_coefficients(tree: Tree, method: Element, scale: Element) -> None:
    """(a + b * raw) / c is what the parser reads; zeros after that change nothing."""
    coefficients = tree.child(scale, "COMPU-RATIONAL-COEFFS")
    if coefficients is None:
        return
    above = tree.children(coefficients, "COMPU-NUMERATOR", "V")
    below = tree.children(coefficients, "COMPU-DENOMINATOR", "V")
    numbers = [[number_of(one.text) for one in part] for part in (above, below)]
    for part, values, most in ((above, numbers[0], 2), (below, numbers[1], 1)):
        while len(part) > most and values[-1] == 0:
            values.pop()
            tree.remove(part.pop())
    is_linear = len(above) == 2 and len(below) == 1 and numbers[1][0] != 0
    if not is_linear or None in numbers[0] or None in numbers[1]:
        tree.lose(coefficients, f"{tree.describe(method)}: a scale that is not linear; raw numbers are shown")
