"""Counts with their nouns, and that sentences use them."""

import ast
import re
from pathlib import Path

import pytest

import canmcast_gui
from canmcast_gui.wording import are, counted, were

PACKAGE = Path(canmcast_gui.__file__).parent
FIXED_PLURAL = re.compile(r" (\w+ )?(frames|rows|ids|messages|datagrams|marks|notes|files)\b(?!/)")

# Numbers that are never 1: what is too much, what is said only of several.
ALWAYS_MANY = {
    *("wanted", "count", "self.frames", "self._given - self._done", "last - first + 1"),
    *("len(paths)", "len(values)", "len(files)", "self._mark_count", "marks.count", "found_marks.count"),
    *("len(self)", "len(self.messages)"),  # for developers
}


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 frames"), (1, "1 frame"), (2, "2 frames"), (12_345, "12,345 frames")]
)
def test_only_one_is_singular(count, text):
    assert counted(count, "frame") == text


def test_a_plural_of_its_own():
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(1_000, "entry", "entries") == "1,000 entries"


def test_verbs_go_with_the_count():
    assert [are(0), are(1), are(2)] == ["are", "is", "are"]
    assert [were(0), were(1), were(2)] == ["were", "was", "were"]


def test_no_sentence_has_a_fixed_plural_after_a_number():
    found = []
    for path in PACKAGE.glob("**/*.py"):
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(text, ast.JoinedStr):
                found += [f"{path.name}:{text.lineno}: {one}" for one in fixed_plurals(text)]
    assert found == []


def fixed_plurals(text: ast.JoinedStr) -> list[str]:
    """The values of an f-string with a noun after them that is right for several only."""
    pairs = zip(text.values, text.values[1:], strict=False)
    return [
        ast.unparse(value.value)
        for value, after in pairs
        if isinstance(value, ast.FormattedValue)
        and is_number(value)
        and isinstance(after, ast.Constant)
        and FIXED_PLURAL.match(str(after.value))
    ]


def is_number(value: ast.FormattedValue) -> bool:
    """Whether a number is shown that may be 1; constants and rates with decimals are not."""
    name = ast.unparse(value.value)
    thousands = value.format_spec is not None and ast.unparse(value.format_spec) in ("f','", 'f","')
    return (thousands or name.startswith("len(")) and not name.isupper() and name not in ALWAYS_MANY
