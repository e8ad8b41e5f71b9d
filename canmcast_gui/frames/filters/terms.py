"""The terms of a filter that need more than a column: words, names, sources, payloads."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Mask
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.filters.fields import ChoiceLookup, NameLookup, SignalLookup, column
from canmcast_gui.frames.filters.nodes import AnyOf, Compare, FromSource, IdSet, Node
from canmcast_gui.frames.filters.tokens import HEX_ID, is_hex
from canmcast_gui.frames.filters.vocabulary import Vocabulary
from canmcast_gui.frames.layout import INLINE_BYTES, MAX_PAYLOAD
from canmcast_gui.frames.sources import Source, SourceTable

# Long payloads are searched in the heap, unless the searched frames are less than 1/SPARSEST of the range.
SPARSEST = 4


@dataclass(frozen=True, slots=True)
class DataContains:
    """Met by frames whose payload contains these consecutive bytes."""

    pattern: bytes

    def mask(self, batch: FrameBatch) -> Mask:
        """Short payloads are searched in their records, long ones in the heap."""
        lengths = batch.length
        result = _contains(batch.data, np.minimum(lengths, INLINE_BYTES), self.pattern)
        long = np.flatnonzero(lengths > INLINE_BYTES)
        if len(long):
            result[long] = self._in_long_payloads(batch[long])
        return result

    def _in_long_payloads(self, batch: FrameBatch) -> Mask:
        starts = batch.records["payload_offset"].astype(np.int64)
        ends = starts + batch.length
        in_order = bool((ends[:-1] <= starts[1:]).all())
        if not in_order or ends[-1] - starts[0] > SPARSEST * (ends - starts).sum():
            return _contains(batch.payload_matrix(MAX_PAYLOAD), batch.length, self.pattern)
        found = starts[0] + np.flatnonzero(_hits(batch.heap[starts[0] : ends[-1]], self.pattern))
        rows = np.searchsorted(starts, found, side="right") - 1
        result = np.zeros(len(batch), dtype=np.bool_)
        result[rows[found + len(self.pattern) <= ends[rows]]] = True
        return result


@dataclass(frozen=True, slots=True)
class DataEquals:
    """Met by frames with exactly this payload."""

    payload: bytes

    def mask(self, batch: FrameBatch) -> Mask:
        """Compare the lengths, then the bytes."""
        result: Mask = batch.length == len(self.payload)
        rows = np.flatnonzero(result)
        if len(rows) and self.payload:
            matrix = batch[rows].payload_matrix(len(self.payload))
            result[rows] = (matrix == np.frombuffer(self.payload, dtype=np.uint8)).all(axis=1)
        return result


def _contains(matrix: npt.NDArray[np.uint8], lengths: npt.NDArray[Any], pattern: bytes) -> Mask:
    """Which rows of ``matrix`` (n, a multiple of 8) hold ``pattern`` within their first ``lengths`` bytes.

    All rows are searched as one run of bytes. Matches that extend beyond the payload of a row are then
    removed.
    """
    count, width = matrix.shape
    if len(pattern) > width or not count:
        return np.zeros(count, dtype=np.bool_)
    hits = _hits(np.ascontiguousarray(matrix).reshape(-1), pattern)
    words = hits.view(np.uint64).reshape(count, -1)  # eight booleans at a time
    allowed = _allowed_starts(width, len(pattern))[lengths]
    found: Mask = ((words & allowed) != 0).any(axis=1)
    return found


def _hits(run: npt.NDArray[np.uint8], pattern: bytes) -> Mask:
    """Where in ``run`` the pattern starts, bool (n,)."""
    count = max(len(run) - len(pattern) + 1, 0)
    hits = np.zeros(len(run), dtype=np.bool_)
    np.equal(run[:count], pattern[0], out=hits[:count])
    for offset, byte in enumerate(pattern[1:], 1):
        hits[:count] &= run[offset : offset + count] == byte
    return hits


def _allowed_starts(width: int, pattern_length: int) -> npt.NDArray[np.uint64]:
    """For each payload length the positions at which a pattern may start, as booleans in words."""
    lengths = np.arange(width + 1)[:, None]
    return (np.arange(width) <= lengths - pattern_length).view(np.uint64)


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
    vocabulary: Callable[[], Vocabulary]
    channels: Mapping[int, str] | None


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


def missing_part(word: str, lookups: Lookups) -> str:
    """What a plain word lacks to be a condition on a signal; "" if it is none."""
    if is_hex(word) or lookups.signals is None:
        return ""
    if word.endswith("."):
        return f"the name of a signal after “{word}”"
    comparison = f"a comparison (== != < <= > >= in) after {word}"
    if "." in word:
        return comparison if lookups.signals(word) is not None else ""
    if lookups.names is None or lookups.names(part_of_name(word)):
        return ""
    return comparison if lookups.vocabulary().resolved(word) else ""


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
