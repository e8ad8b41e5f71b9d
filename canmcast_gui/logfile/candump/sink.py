"""Frames to the log format of candump, with the directions that its option -x adds."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile.text.quads import (
    Quads,
    by_kind,
    decimals,
    padded_ids,
    page,
    payload_digits,
    quads_of,
    rounded,
)
from canmcast_gui.logfile.text.sink import TextSink

_OPEN, _MARK = ord("("), ord("#")

_INTERFACES = quads_of([f") can{max(0, channel - 1)} " for channel in range(256)])
_TURNS = quads_of([" R\n", " T\n"])
_REMOTES = quads_of([f"#R{code or ''}" for code in range(16)])

# By bit rate switch and error state, BRS lower.
_FD_MARKS = quads_of([f"##{both}" for both in range(4)])

# What stands for "there was an error on the bus" (linux/can/error.h).
_BUS_ERROR = quads_of(["20000080#\n"])


class CandumpSink(TextSink):
    """candump -L; channel 1 is can0."""

    def head(self, start_s: int) -> str:  # noqa: ARG002 - times in it are absolute
        """Nothing."""
        return ""

    def lines(self, batch: FrameBatch) -> bytes:
        """Time, interface, id, data and direction; errors have none."""
        kinds = np.zeros(len(batch), dtype=np.int64)
        kinds[batch.has(Flag.REMOTE)] = 1
        kinds[batch.has(Flag.FD)] = 2
        kinds[batch.has(Flag.ERROR)] = 3
        return by_kind(batch, kinds, (_classic, _remote, _fd, _error))


def _classic(batch: FrameBatch) -> Quads:
    return page(len(batch), [*_start(batch), _MARK, payload_digits(batch), _turns(batch)])


def _remote(batch: FrameBatch) -> Quads:
    return page(len(batch), [*_start(batch), _REMOTES.take(batch.dlc), _turns(batch)])


def _fd(batch: FrameBatch) -> Quads:
    both = batch.has(Flag.BRS) | batch.has(Flag.ESI).astype(np.int64) << 1
    return page(len(batch), [*_start(batch), _FD_MARKS.take(both), payload_digits(batch), _turns(batch)])


def _error(batch: FrameBatch) -> Quads:
    errors = np.broadcast_to(_BUS_ERROR, (len(batch), _BUS_ERROR.shape[1]))
    return page(len(batch), [*_origin(batch), errors])


def _start(batch: FrameBatch) -> list[Quads | int]:
    ids = padded_ids(batch.arbitration_id.astype(np.int64), batch.has(Flag.EXTENDED), 3)
    return [*_origin(batch), *ids]


def _origin(batch: FrameBatch) -> list[Quads | int]:
    return [_OPEN, *decimals(rounded(batch.timestamp_ns, 1000), 6), _INTERFACES.take(batch.channel, axis=0)]


def _turns(batch: FrameBatch) -> Quads:
    return _TURNS.take(batch.has(Flag.TX).astype(np.int64))
