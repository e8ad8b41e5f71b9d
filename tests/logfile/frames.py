"""Frames for log files, and what each format keeps of them."""

import can
import numpy as np
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FORMATS
from tests.support.messages import messages

FORMATS_BY_NAME = {one.name: one for one in FORMATS if one.can_write}


def batches(format_name: str) -> st.SearchStrategy[FrameBatch]:
    """Batches of frames that a format can hold, in any order of time."""
    kinds = int(FORMATS_BY_NAME[format_name].cannot_hold)
    return (
        st.lists(messages(), min_size=1, max_size=20)
        .map(FrameBatch.from_messages)
        .map(lambda batch: batch[(batch.flags & np.uint16(kinds)) == 0].compact())
    )


def small_batch(count: int = 10, start_ns: int = 1_762_345_678_500_000_000, width: int = 8) -> FrameBatch:
    """Frames that every format can hold, a millisecond apart."""
    return FrameBatch.from_columns(
        timestamp_ns=start_ns + np.arange(count) * 1_000_000,
        arbitration_id=0x100 + np.arange(count) % 80,
        data=np.arange(count * width, dtype=np.int64).reshape(count, width) % 251,
        channel=1,
    )


def kept_by(format_name: str, batch: FrameBatch) -> FrameBatch:
    """What a format has a place for, as it comes back from a file."""
    kept = FrameBatch(batch.records.copy(), batch.heap)
    records = kept.records
    error = batch.has(Flag.ERROR)
    if format_name in ("asc", "candump", "blf", "trc"):
        records["channel"][batch.channel == 0] = 1  # these have no "unknown"
        # Error frames have no direction, and in most text formats no contents that readers agree on.
        kept_flags = {"blf": Flag.EXTENDED, "candump": Flag.TX, "trc": Flag.TX}.get(format_name, Flag(0))
        records["flags"][error] &= np.uint16(Flag.ERROR | kept_flags)
    if format_name in ("asc", "trc"):
        records["arbitration_id"][error] = 0
    if format_name == "asc":
        for column in ("length", "dlc", "data"):
            records[column][error] = 0
    if format_name == "candump":
        # The id of an error is its class; what is not a class becomes an error on the bus.
        unknown = (batch.arbitration_id == 0) | (batch.arbitration_id > 0x3FF) | batch.has(Flag.EXTENDED)
        records["arbitration_id"][error & unknown] = 0x80
    if format_name == "csv":
        records["channel"] = 0
        records["flags"] &= np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)
    return kept


def assert_same(
    found: FrameBatch, expected: FrameBatch, within_ns: int = 0, ids_of_errors: bool = True
) -> None:
    """Both batches hold the same frames; times may differ by ``within_ns``."""
    assert len(found) == len(expected)
    assert np.abs(found.timestamp_ns - expected.timestamp_ns).max(initial=0) <= within_ns
    rows = slice(None) if ids_of_errors else ~expected.has(Flag.ERROR)
    found, expected = found[rows], expected[rows]
    for column in ("arbitration_id", "flags", "channel", "dlc", "length"):
        assert getattr(found, column).tolist() == getattr(expected, column).tolist(), column
    for row in range(len(found)):
        assert found.payload(row) == expected.payload(row)


def stock_reader(format_name: str, path: str) -> can.io.generic.MessageReader:
    """python-can's reader of a format."""
    readers = {
        "asc": lambda: can.ASCReader(path, relative_timestamp=False),
        "blf": lambda: can.BLFReader(path),
        "candump": lambda: can.CanutilsLogReader(path),
        "mf4": lambda: can.MF4Reader(path),
        "trc": lambda: can.TRCReader(path),
        "csv": lambda: can.CSVReader(path),
    }
    return readers[format_name]()
