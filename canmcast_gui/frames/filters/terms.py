"""The terms of a filter that need more than a column: words, names, sources, payloads."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from canmcast_gui.frames.filters.fields import ChoiceLookup, NameLookup, SignalLookup, column
from canmcast_gui.frames.filters.nodes import AnyOf, Compare, FromSource, IdSet, Node
from canmcast_gui.frames.filters.payloads import DataContains
from canmcast_gui.frames.filters.tokens import HEX_ID
from canmcast_gui.frames.layout import MAX_PAYLOAD
from canmcast_gui.frames.sources import Source, SourceTable

_WILDCARDS = re.compile(r"[*?]")


@dataclass(frozen=True, slots=True)
class Lookups:
    """What the filter needs to know beside the frames."""

    names: NameLookup | None
    sources: SourceTable
    source_names: Mapping[Source, str]
    signals: SignalLookup | None
    choices: ChoiceLookup | None
    start_ns: Callable[[], int]


def payload_bytes(text: str) -> bytes | None:
    """The payload for pairs of hexadecimal digits, with or without spaces; None for other texts."""
    try:
        payload = bytes.fromhex(text)
    except ValueError:
        return None
    return payload if len(payload) <= MAX_PAYLOAD else None


def word_term(word: str, lookups: Lookups) -> Node:
    """A plain word: the hexadecimal id, payload bytes or a part of the message's name."""
    meanings: list[Node] = []
    if (match := HEX_ID.fullmatch(word)) is not None:
        meanings.append(Compare(column("id"), "==", int(match[2], 16)))
    if payload := payload_bytes(word):
        meanings.append(DataContains(payload))
    if lookups.names is not None and word:
        meanings.append(IdSet.of(lookups.names(part_of_name(word))))
    return AnyOf(tuple(meanings))


def part_of_name(word: str) -> str:
    """A glob pattern for names that contain ``word`` in upper or lower case; wildcards in it are kept."""
    either = "".join(f"[{c.lower()}{c.upper()}]" if c.lower() != c.upper() else c for c in word)
    return f"*{either}*"


def name_like(pattern: str) -> str:
    """A glob pattern for ``name ~``; without wildcards it matches a part of the name."""
    return pattern if _WILDCARDS.search(pattern) else part_of_name(pattern)


def exact_name(name: str) -> str:
    """A glob pattern for exactly this name."""
    return re.sub(r"([*?[])", r"[\1]", name)


def source_term(text: str, lookups: Lookups) -> Node:
    """Frames from an address with any port, from an address with its port, or from a sender by name.

    All notations of an address are equal; one without a scope matches the address in each scope.
    """
    wanted = _parsed(text)

    def test(source: Source, name: str) -> bool:
        if text in (source.address, str(source)) or (name and text.lower() == name.lower()):
            return True
        known = _parsed(source.address) if wanted else None
        return known is not None and (known == wanted or _without_scope(known) == wanted)

    return FromSource(lookups.sources, lookups.source_names, test)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _without_scope(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return IPv6Address(int(address)) if address.version == 6 else address


def source_like(pattern: str, lookups: Lookups) -> Node:
    """Frames from sources whose text or name matches a glob pattern; without wildcards a part of it."""
    glob = pattern if _WILDCARDS.search(pattern) else f"*{pattern}*"
    matches = re.compile(fnmatch.translate(glob.replace("[", "[[]")), re.IGNORECASE).match

    def test(source: Source, name: str) -> bool:
        return any(matches(text) for text in (source.address, str(source), name))

    return FromSource(lookups.sources, lookups.source_names, test)
