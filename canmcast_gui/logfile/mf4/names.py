"""The names of channels in the comment of a file's header, as common properties of MDF 4.

A tree of properties called "channels" has a property for each channel: its number, and its name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

_TREE = re.compile(r'<tree name="channels">(.*?)</tree>', re.DOTALL)
_NAME = re.compile(r'<e name="([0-9]{1,3})">([^<]*)</e>')


def comment_of(names: Mapping[int, str]) -> str:
    """The comment with names of channels by number; "" without names."""
    if not names:
        return ""
    entries = "".join(f'<e name="{number}">{escape(_printable(name))}</e>' for number, name in names.items())
    tree = f'<tree name="channels">{entries}</tree>'
    return f"<HDcomment><TX></TX><common_properties>{tree}</common_properties></HDcomment>"


def names_in(comment: str) -> dict[int, str]:
    """The names of channels by number in a comment, also in a damaged one."""
    tree = _TREE.search(comment)
    if tree is None:
        return {}
    found = {int(number): _printable(unescape(name)) for number, name in _NAME.findall(tree[1])}
    return {number: name for number, name in found.items() if number <= 255 and name}


def _printable(name: str) -> str:
    """Without characters that XML cannot have."""
    return "".join(filter(str.isprintable, name))
