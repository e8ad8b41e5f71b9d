"""The table of sources and the statistics of a capture process, in shared memory.

The program reads them without work for the capture process, and a process that replaces one that has ended
continues with the same rows and counters.
"""

from __future__ import annotations

from dataclasses import astuple, replace
from typing import Any

import msgpack
import numpy as np

from canmcast_gui.frames import Source, SourceTable
from canmcast_gui.transport.statistics import BusStatistics, MalformedDatagram, SourceCounts

# The rows of a SourceTable. An IPv6 address and the name of an interface have at most 55 characters.
_SOURCES = 1024
_SOURCE_DTYPE = np.dtype([("address", "S60"), ("port", "<u4")])

# The statistics of a full table of sources take about 60 KiB, the kept refused datagrams 5 KiB.
_POST_BYTES = 1 << 18

_DTYPE = np.dtype(
    [
        ("sources", "<u8"),
        ("posted", "<u8"),  # the number of posts; the newest is in the slot of its last bit
        ("lengths", "<u8", (2,)),
        ("table", _SOURCE_DTYPE, (_SOURCES,)),
        ("posts", "u1", (2, _POST_BYTES)),
    ]
)


class SharedStatistics:
    """A view at ``offset`` of ``memory``: one process posts, the other reads.

    In zeroed memory the table and the counters are empty.
    """

    SIZE = _DTYPE.itemsize

    def __init__(self, memory: Any, offset: int) -> None:
        self._record: Any = np.frombuffer(memory, _DTYPE, count=1, offset=offset)[0]
        self._known: tuple[int, BusStatistics] = (0, BusStatistics())

    def post_sources(self, sources: SourceTable) -> None:
        """Post the new rows. Call this before passing on frames that refer to them."""
        posted = int(self._record["sources"]) + 1  # row 0, the unknown one, is not posted
        for row in range(posted, min(len(sources), _SOURCES)):
            source = sources[row]
            self._record["table"][row] = (source.address.encode()[:60], source.port)
            self._record["sources"] = row

    def read_sources(self, into: SourceTable) -> None:
        """Add the rows that ``into`` does not have yet, in order."""
        for row in range(len(into), int(self._record["sources"]) + 1):
            address, port = self._record["table"][row]
            into.number(Source(address.decode(), int(port)))

    def post_statistics(self, statistics: BusStatistics) -> None:
        """Post new counters. If the process ends in the middle of it, the old ones stay."""
        posted = int(self._record["posted"]) + 1
        post = _packed(statistics)
        if len(post) > _POST_BYTES:
            post = _packed(replace(statistics, by_source={}, recent_malformed=()))
        slot = posted & 1
        self._record["posts"][slot][: len(post)] = np.frombuffer(post, np.uint8)
        self._record["lengths"][slot] = len(post)
        self._record["posted"] = posted

    @property
    def posts(self) -> int:
        """How often counters were posted."""
        return int(self._record["posted"])

    def read_statistics(self) -> BusStatistics:
        """The newest counters; zeros before the first post."""
        while (posted := int(self._record["posted"])) != self._known[0]:
            slot = posted & 1
            post = self._record["posts"][slot][: int(self._record["lengths"][slot])].tobytes()
            # The slot is written again two posts later. If ``posted`` is unchanged, that has not begun.
            if int(self._record["posted"]) == posted:
                self._known = (posted, _unpacked(post))
        return self._known[1]


def add_statistics(first: BusStatistics, second: BusStatistics) -> BusStatistics:
    """The counters of two processes that ran one after the other; the buffer is that of the later one."""
    by_source = dict(first.by_source)
    for source, counts in second.by_source.items():
        before = by_source.get(source, SourceCounts())
        by_source[source] = SourceCounts(
            before.received + counts.received, before.malformed + counts.malformed
        )
    kinds = dict(first.malformed_by_kind)
    for kind, count in second.malformed_by_kind.items():
        kinds[kind] = kinds.get(kind, 0) + count
    return replace(
        second,
        **{name: getattr(first, name) + getattr(second, name) for name in _SUMS},
        by_source=by_source,
        malformed_by_kind=kinds,
        interruption=second.interruption or first.interruption,
        recent_malformed=(first.recent_malformed + second.recent_malformed)[-_RECENT:],
    )


_SUMS = (
    "received",
    "sent",
    "dropped_kernel",
    "dropped_ring",
    "malformed",
    "foreign",
    "ignored",
    "interruptions",
    "send_failures",
)
_NEWEST = (
    "receive_buffer_bytes",
    "problem",
    "interruption",
    "priority",
    "send_failure",
    "controller",
    "times",
)
_RECENT = 16


def _packed(statistics: BusStatistics) -> bytes:
    packed: bytes = msgpack.packb(
        {
            **{name: getattr(statistics, name) for name in (*_SUMS, *_NEWEST)},
            "by_source": [[*astuple(s), *astuple(counts)] for s, counts in statistics.by_source.items()],
            "malformed_by_kind": statistics.malformed_by_kind,
            "recent_malformed": [_malformed_row(datagram) for datagram in statistics.recent_malformed],
        }
    )
    return packed


def _malformed_row(datagram: MalformedDatagram) -> list[Any]:
    source = datagram.source
    return [source.address, source.port, datagram.kind, datagram.timestamp_ns, datagram.length, datagram.data]


def _unpacked(post: bytes) -> BusStatistics:
    values = msgpack.unpackb(post)
    rows, recent = values.pop("by_source"), values.pop("recent_malformed")
    return BusStatistics(
        **values,
        by_source={Source(address, port): SourceCounts(*counts) for address, port, *counts in rows},
        recent_malformed=tuple(
            MalformedDatagram(Source(address, port), *rest) for address, port, *rest in recent
        ),
    )
