"""Saved frames are read back, by us and by stock python-can, to the resolution of the format."""

import struct
import zlib

import can
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import read_batches, save
from tests.logfile.frames import FORMATS_BY_NAME, assert_same, batches, kept_by, small_batch, stock_reader

OURS = ("csv-plain", "parquet")  # formats that python-can does not read
NAMES = sorted(FORMATS_BY_NAME)

# float seconds since 1970, which python-can's messages have, are up to 240 ns apart
STOCK_FLOAT_NS = 300


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_frames_are_read_back(name: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    batch = data.draw(batches(name))
    path = tmp_path_factory.mktemp("trip") / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    assert save(path, [batch]) == len(batch)
    if not len(batch):
        return
    reader = read_batches(path)
    found = FrameBatch.concatenate(list(reader))
    assert (reader.format.name, reader.skipped, reader.progress) == (name, 0, 1.0)
    assert_same(found, kept_by(name, batch), _resolution(name), ids_of_errors=name in ("blf", "candump"))
    if name in OURS:
        return
    with stock_reader(name, str(path)) as reader:
        stock = FrameBatch.from_messages(reader)
    assert_same_as_stock(name, stock, kept_by(name, batch))


def _resolution(name: str) -> int:
    return FORMATS_BY_NAME[name].resolution_ns // 2


def assert_same_as_stock(name: str, stock: FrameBatch, expected: FrameBatch) -> None:
    """As assert_same(), but for what python-can's readers get wrong."""
    if name == "trc":
        expected = expected[~expected.has(Flag.ERROR)]  # it leaves out error frames
    records, error = stock.records, expected.has(Flag.ERROR)
    if name == "candump":
        records["channel"] = expected.channel  # it does not convert names of interfaces to numbers
        records["flags"][error] = Flag.ERROR  # it takes errors for frames unless they are errors on the bus
    if name == "trc":
        records["channel"] -= 1  # it takes the first bus for the second
    if name == "mf4":
        records["channel"] -= 1  # it takes the numbers in the file, which count from 1, for its own
        # It puts the groups of a file in the order of time; those of one group stay in theirs.
        stock, expected = by_group(stock), by_group(expected)
        records, error = stock.records, expected.has(Flag.ERROR)
    if name == "asc":
        empty = expected.has(Flag.FD) & (expected.length == 0)
        records["flags"][empty] &= ~np.uint16(Flag.REMOTE)  # it takes an empty FD frame for a remote one
        records["dlc"][empty] = 0
    if name in ("asc", "candump"):
        records["flags"][error] &= np.uint16(Flag.ERROR)
        expected.records["flags"][error] = Flag.ERROR
        records["channel"][error] = expected.channel[error]
    assert_same(stock, expected, _resolution(name) + STOCK_FLOAT_NS, ids_of_errors=name == "blf")


def by_group(batch: FrameBatch) -> FrameBatch:
    """Short and long data frames, remote and error frames, one kind after the other."""
    kinds = np.where(batch.length > 8, 1, 0)
    kinds[batch.has(Flag.REMOTE)] = 2
    kinds[batch.has(Flag.ERROR)] = 3
    return batch[np.argsort(kinds, kind="stable")]


@pytest.mark.parametrize("name", NAMES)
def test_many_batches_make_one_file(name, tmp_path):
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    batch = small_batch(5000)
    save(path, [batch[:1], batch[1:1], batch[1:4000], batch[4000:]])
    parts = list(read_batches(path, batch_frames=1024))
    assert sum(map(len, parts)) == 5000
    assert max(map(len, parts)) <= 1024
    assert_same(FrameBatch.concatenate(parts), kept_by(name, batch), _resolution(name))


def test_blf_keeps_nanoseconds(tmp_path):
    batch = small_batch(1000)
    batch.records["timestamp_ns"] += np.arange(1000) ** 2 % 999_983
    save(tmp_path / "log.blf", [batch])
    assert_same(FrameBatch.concatenate(list(read_batches(tmp_path / "log.blf"))), batch)


def test_blf_fd_objects_have_the_size_that_the_format_has(tmp_path):
    path = tmp_path / "log.blf"
    frame = FrameBatch.from_columns([1], 1, np.zeros((1, 64), np.uint8), flags=Flag.FD, channel=1)
    save(path, [frame])
    content = path.read_bytes()
    (size,) = struct.unpack_from("<L", content, 144 + 8)
    inflated = zlib.decompress(content[144 + 32 : 144 + size])
    assert struct.unpack_from("<4sHHLL", inflated) == (b"LOBJ", 32, 1, 120, 100)


def test_a_start_with_few_milliseconds_is_kept(tmp_path):
    batch = small_batch(3, start_ns=1_762_345_678_005_000_000)
    save(tmp_path / "log.asc", [batch])
    stock = can.ASCReader(tmp_path / "log.asc", relative_timestamp=False)
    assert [round(message.timestamp, 6) for message in stock] == [
        1762345678.005,
        1762345678.006,
        1762345678.007,
    ]
