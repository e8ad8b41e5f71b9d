"""MF4 files of asammdf and built from blocks: sorted, compressed and complete or not."""

import itertools
import random
import struct
import zlib

import can
import numpy as np
import pytest
from asammdf import MDF, Signal
from asammdf.blocks.source_utils import Source

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, file_info, read_batches, save
from canmcast_gui.logfile.mf4.writer import Mf4Sink
from tests.logfile.frames import assert_same, small_batch
from tests.support.corpus import corpus_file, corpus_table

TRUTH = [row for row in corpus_table("TRUTH.tsv") if row["path"].startswith("mf4/")]


def read(path) -> FrameBatch:
    return FrameBatch.concatenate(list(read_batches(path)))


def messages(count: int) -> list[can.Message]:
    """Frames of all kinds on two channels, every one a millisecond after the other."""
    found = []
    for row in range(count):
        fd, error, remote = row % 5 == 1, row % 97 == 3, row % 89 == 5
        data = bytes((row + place) % 256 for place in range(48 if fd else row % 9))
        found.append(
            can.Message(
                timestamp=1_762_345_678 + row / 1000,
                arbitration_id=0x100 + row % 50,
                is_extended_id=row % 3 == 0,
                is_fd=fd and not error and not remote,
                bitrate_switch=fd and not error and not remote,
                is_error_frame=error,
                is_remote_frame=remote and not error,
                is_rx=row % 2 == 0,
                channel=1 + row % 2,
                dlc=4 if remote and not error else None,
                data=b"" if remote else data[:8] if error else data,
            )
        )
    return found


@pytest.mark.parametrize("compression", [0, 1, 2])
def test_files_of_python_can(compression, tmp_path):
    """Sorted groups, plain, packed, and packed by columns."""
    path = tmp_path / "log.mf4"
    expected = messages(1000)
    with can.MF4Writer(path, compression_level=compression) as writer:
        for message in expected:
            writer(message)
    ours = read(path)
    with can.MF4Reader(path) as stock:
        theirs = FrameBatch.from_messages(stock)
    assert len(ours) == 1000
    assert ours.channel.tolist() == [message.channel for message in expected]
    # Error frames and those with a DLC that python-can's writer leaves out have what the file says.
    theirs.records["channel"] -= 1
    keep = ~ours.has(Flag.ERROR)
    assert_same(ours[keep], theirs[keep], within_ns=500)


@pytest.fixture
def signal_data(tmp_path):
    """A sorted group whose payloads are in another stream."""
    count = 5000
    random = np.random.default_rng(4)
    lengths = random.integers(0, 65, count)
    payloads = [random.integers(0, 256, length, dtype=np.uint8).tobytes() for length in lengths]
    source = Source("CAN", "CAN", "", Source.SOURCE_BUS, Source.BUS_TYPE_CAN)
    columns = {
        "ID": np.arange(count, dtype="<u4") % 0x7FF,
        "DLC": np.full(count, 15, dtype="u1"),
        "DataLength": lengths.astype("u1"),
        "EDL": np.ones(count, dtype="u1"),
    }
    width = max(lengths)
    matrix = np.zeros((count, width), dtype="u1")
    for row, payload in enumerate(payloads):
        matrix[row, : len(payload)] = np.frombuffer(payload, "u1")
    times = np.arange(count) / 1000
    names = [f"CAN_DataFrame.{name}" for name in columns]
    dtype = [(name, column.dtype) for name, column in zip(names, columns.values(), strict=True)]
    record = np.zeros(count, dtype=[*dtype, ("CAN_DataFrame.DataBytes", "u1", (width,))])
    for name, column in zip(names, columns.values(), strict=True):
        record[name] = column
    record["CAN_DataFrame.DataBytes"] = matrix
    with MDF(version="4.11") as mdf:
        mdf.append(Signal(record, times, name="CAN_DataFrame", source=source))
        mdf.save(tmp_path / "sorted.mf4")
    return tmp_path / "sorted.mf4", payloads


def test_a_sorted_group(signal_data):
    path, payloads = signal_data
    batch = read(path)
    assert [batch.payload(row) for row in range(len(batch))] == payloads
    assert (batch.has(Flag.FD)).all()


# -- files block by block ------------------------------------------------------------------


class Blocks:
    """An MF4 file in the making."""

    def __init__(self, unfinished: int = 0) -> None:
        name = b"UnFinMF " if unfinished else b"MDF     "
        self.out = bytearray(
            struct.pack("<8s8s8s4xH30xHH", name, b"4.10    ", b"test    ", 410, unfinished, 0)
        )

    def block(self, kind: bytes, links: list[int], data: bytes) -> int:
        at = len(self.out)
        size = 24 + 8 * len(links) + len(data)
        self.out += struct.pack(f"<4sLQQ{len(links)}Q", b"##" + kind, 0, size, len(links), *links) + data
        self.out += bytes(-len(self.out) % 8)
        return at

    def text(self, text: str) -> int:
        return self.block(b"TX", [], text.encode() + b"\0")

    def link(self, at: int, number: int, target: int) -> None:
        struct.pack_into("<Q", self.out, at + 24 + 8 * number, target)

    def channel(self, name: str, kind: int, form: int, bit: int, byte: int, bits: int, **more: int) -> int:
        data = struct.pack(
            "<BBBBLLLLBBH6d", kind, kind == 2, form, bit, byte, bits, 0, 0, 0, 0, 0, *[0.0] * 6
        )
        links = [0, 0, self.text(name), 0, more.get("conversion", 0), more.get("data", 0), 0, 0]
        return self.block(b"CN", links, data)

    def conversion(self, kind: int, *numbers: float) -> int:
        data = struct.pack(f"<BBHHHdd{len(numbers)}d", kind, 0, 0, 0, len(numbers), 0, 0, *numbers)
        return self.block(b"CC", [0, 0, 0, 0], data)

    def group(self, number: int, channels: list[int], size: int, flags: int = 2) -> int:
        for before, after in itertools.pairwise(channels):
            self.link(before, 0, after)
        data = struct.pack("<QQHHLLL", number, 0, flags, 0, 0, size, 0)
        return self.block(b"CG", [0, channels[0] if channels else 0, 0, 0, 0, 0], data)


PAYLOADS = [bytes([row % 256] * (row % 65)) for row in range(4000)]


def logger_file(
    unfinished: int = 0, payload_first: bool = False, wrong_offsets: bool = False, local: int = 0
) -> bytes:
    """As data loggers write it: numbered records, payloads as records of a group of their own."""
    out = Blocks(unfinished)
    header = out.block(
        b"HD", [0] * 6, struct.pack("<QhhBBBxdd", 1_700_000_000 * 10**9, 0, 0, local, 0, 0, 0, 0)
    )
    payloads = out.group(2, [], 0, flags=1)
    seconds = out.conversion(1, 0.0, 1e-6)
    none, nine = out.conversion(1, 0.0, 0.0), out.conversion(1, 9.0, 0.0)
    channels = [
        out.channel("Timestamp", 2, 0, 0, 0, 48, conversion=seconds),
        out.channel("CAN_DataFrame.BusChannel", 6, 0, 0, 0, 0, conversion=nine),
        out.channel("CAN_DataFrame.IDE", 6, 0, 0, 0, 0, conversion=none),
        out.channel("CAN_DataFrame.ID", 0, 0, 3, 6, 11),
        out.channel("CAN_DataFrame.Dir", 0, 0, 0, 6, 1),
        out.channel("CAN_DataFrame.DataLength", 0, 1, 0, 8, 16),
        out.channel("CAN_DataFrame.DataBytes", 1, 10, 0, 10, 64, data=payloads),
    ]
    frames = out.group(1, channels, 18)
    out.link(frames, 0, payloads)
    groups = out.block(b"DG", [0, frames, 0, 0], b"\1" + bytes(7))
    out.link(header, 0, groups)
    content, offset = bytearray(), 0
    for row, payload in enumerate(PAYLOADS):
        place = 0 if wrong_offsets else offset
        record = struct.pack("<B", 1) + struct.pack("<Q", row * 1000)[:6]
        record += struct.pack("<H", (row % 0x700) << 3 | row % 2) + struct.pack(">H", len(payload))
        record += struct.pack("<Q", place)
        apart = struct.pack("<BL", 2, len(payload)) + payload
        content += apart + record if payload_first else record + apart
        offset += 4 + len(payload)
    out.link(groups, 2, len(out.out))
    if unfinished:
        return bytes(out.out) + struct.pack("<4sLQQ", b"##DT", 0, 24, 0) + bytes(content)
    out.block(b"DT", [], bytes(content))
    return bytes(out.out)


def check_logger_frames(batch: FrameBatch, count: int = len(PAYLOADS)) -> None:
    assert len(batch) == count
    assert [batch.payload(row) for row in range(count)] == PAYLOADS[:count]
    assert batch.timestamp_ns.tolist() == [1_700_000_000 * 10**9 + row * 10**6 for row in range(count)]
    assert batch.arbitration_id.tolist() == [row % 0x700 for row in range(count)]
    assert (batch.flags == np.where(np.arange(count) % 2, Flag.TX, 0)).all()
    assert (batch.channel == 9).all()


@pytest.mark.parametrize(
    "kind",
    [
        {},
        {"unfinished": 0x25},
        {"payload_first": True},
        {"unfinished": 0x65, "wrong_offsets": True},
        {"unfinished": 0x65, "wrong_offsets": True, "payload_first": True},
    ],
    ids=str,
)
def test_records_with_ids_and_separate_payloads(kind, tmp_path):
    path = tmp_path / "log.mf4"
    path.write_bytes(logger_file(**kind))
    reader = read_batches(path)
    check_logger_frames(FrameBatch.concatenate(list(reader)))
    assert (reader.skipped, reader.progress) == (0, 1.0)


def packed(kind: bytes, content: bytes) -> bytes:
    data = zlib.compress(content)
    return struct.pack("<2sBBLQQ", kind, 0, 0, 0, len(content), len(data)) + data


@pytest.mark.parametrize("how", ["one block", "packed", "listed"])
def test_sorted_records_with_payloads_in_another_stream(how, tmp_path):
    out = Blocks()
    header = out.block(b"HD", [0] * 6, struct.pack("<QhhBBBxdd", 5 * 10**9, 0, 0, 0, 0, 0, 0, 0))
    stream, offsets = b"", []
    for payload in PAYLOADS:
        offsets.append(len(stream))
        stream += struct.pack("<L", len(payload)) + payload
    if how == "one block":
        payloads = out.block(b"SD", [], stream)
    elif how == "packed":
        payloads = out.block(b"DZ", [], packed(b"SD", stream))
    else:
        parts = [
            out.block(b"DZ", [], packed(b"SD", stream[at : at + 5001])) for at in range(0, len(stream), 5001)
        ]
        lists = [
            out.block(b"DL", [0, *parts[start : start + 7]], bytes(16)) for start in range(0, len(parts), 7)
        ]
        for before, after in itertools.pairwise(lists):
            out.link(before, 0, after)
        payloads = out.block(b"HL", [lists[0]], bytes(8))
    channels = [
        out.channel("Timestamp", 2, 4, 0, 0, 64),
        out.channel("CAN_DataFrame.ID", 0, 0, 0, 8, 32),
        out.channel("CAN_DataFrame.DataBytes", 1, 10, 0, 12, 64, data=payloads),
    ]
    frames = out.group(0, channels, 20)
    records = b"".join(
        struct.pack("<dLQ", row / 1000, row | 0x80000000, place) for row, place in enumerate(offsets)
    )
    data = out.block(b"DT", [], records)
    out.link(header, 0, out.block(b"DG", [0, frames, data, 0], bytes(8)))
    path = tmp_path / "log.mf4"
    path.write_bytes(bytes(out.out))
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert [batch.payload(row) for row in range(len(batch))] == PAYLOADS
    assert batch.timestamp_ns.tolist() == [5 * 10**9 + row * 10**6 for row in range(len(PAYLOADS))]
    assert (batch.flags == Flag.EXTENDED).all()
    assert reader.skipped == 0


def test_pieces_that_end_anywhere_change_nothing(tmp_path, monkeypatch):
    import canmcast_gui.logfile.mf4.blocks

    path = tmp_path / "log.mf4"
    path.write_bytes(logger_file())
    for size in (97, 1000, 4096):
        monkeypatch.setattr(canmcast_gui.logfile.mf4.blocks, "PIECE", size)
        check_logger_frames(read(path))


def test_a_truncated_file(tmp_path):
    path = tmp_path / "log.mf4"
    content = logger_file()
    for cut in (len(content) // 2, len(content) * 3 // 4):
        path.write_bytes(content[:cut])
        reader = read_batches(path)
        batch = FrameBatch.concatenate(list(reader))
        assert 1000 < len(batch) < 4000
        check_logger_frames(batch, len(batch))
        assert any("the file ends within its data" in problem for problem in reader.problems)
    for cut in (12, 64, 100, 700):
        path.write_bytes(content[:cut])
        with pytest.raises(FileError, match=r"nothing of log\.mf4 can be read"):
            read(path)


def test_a_record_of_an_unknown_group_is_reported_and_earlier_frames_are_kept(tmp_path):
    content = bytearray(logger_file())
    place = len(content) // 2
    content[place : place + 200] = b"\xee" * 200
    path = tmp_path / "log.mf4"
    path.write_bytes(content)
    reader = read_batches(path)
    assert 500 < sum(map(len, reader)) < 4000
    assert reader.skipped > 0


def test_a_local_start_is_read_in_the_time_zone_of_this_computer(tmp_path, monkeypatch):
    import time

    path = tmp_path / "log.mf4"
    path.write_bytes(logger_file(local=1))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert read(path).timestamp_ns[0] == (1_700_000_000 - 9 * 3600) * 10**9
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_cycle_of_blocks_ends(tmp_path):
    content = bytearray(logger_file())
    group = content.index(b"##DG")
    struct.pack_into("<Q", content, group + 24, group)
    path = tmp_path / "log.mf4"
    path.write_bytes(content)
    reader = read_batches(path)
    list(reader)
    assert any("a cycle of blocks" in problem for problem in reader.problems)


# -- our own --------------------------------------------------------------------------------------------


def all_kinds(count: int = 3000) -> FrameBatch:
    batch = FrameBatch.from_messages(messages(count))
    batch.records["timestamp_ns"] += np.arange(count) % 7
    return batch


def test_written_files_are_the_same_when_they_are_written_again(tmp_path):
    batch = all_kinds()
    marks = [
        Mark(0, int(batch.timestamp_ns[0]), "begin"),
        Mark(1500, int(batch.timestamp_ns[1500]), "größer"),
    ]
    paths = [tmp_path / "a.mf4", tmp_path / "b.mf4", tmp_path / "c.mf4"]
    save(paths[0], [batch], marks=marks)
    save(paths[1], [batch[:1], batch[1:2000], batch[2000:]], marks=marks)
    reader = read_batches(paths[0])
    assert_same(FrameBatch.concatenate(list(reader)), batch)
    assert reader.marks == marks
    save(paths[2], list(reader), marks=reader.marks)
    assert paths[0].read_bytes() == paths[1].read_bytes() == paths[2].read_bytes()


def test_asammdf_finds_the_frames_and_the_marks(tmp_path):
    path = tmp_path / "log.mf4"
    batch = all_kinds()
    save(path, [batch], marks=[Mark(7, int(batch.timestamp_ns[7]), "here")])
    with MDF(path) as mdf:
        counts = [group.channel_group.cycles_nr for group in mdf.groups]
        assert sum(counts) == len(batch)
        assert [event.name for event in mdf.events] == ["here"]
        assert mdf.events[0].value == pytest.approx(0.007, abs=1e-6)
        assert mdf.header.start_time.timestamp() == 1_762_345_678
        assert mdf.header.comment is not None


def test_flushed_data_are_read_after_the_writer_was_killed(tmp_path):
    batch = all_kinds()
    path = tmp_path / "live.mf4"
    with path.open("wb") as file:
        sink = Mf4Sink(file, path)
        sink.write(batch[:2000])
        sink.flush()
        content = path.read_bytes()
        sink.write(batch[2000:])
        sink.flush()
        longer = path.read_bytes()
    for kept, count in ((content, 2000), (longer[:-5], 2999)):
        path.write_bytes(kept)
        assert_same(read(path), batch[:count])


def test_frames_before_the_start_keep_their_times(tmp_path):
    path = tmp_path / "log.mf4"
    first, older = small_batch(1), small_batch(1, start_ns=1_700_000_000_000_000_000)
    save(path, [first, older])
    assert read(path).timestamp_ns.tolist() == [1_762_345_678_500_000_000, 1_700_000_000_000_000_000]


# -- real ones ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("truth", TRUTH, ids=lambda row: row["path"])
def test_real_files_as_python_can_and_asammdf_read_them(truth):
    path = corpus_file(truth["path"])
    info = file_info(path)
    assert info.data_frames == int(truth["data_frames"])
    assert (info.tx_frames, info.channels) == (int(truth["tx"]), int(truth["channels"]))
    assert (info.ids, info.skipped) == (int(truth["ids"]), 0)
    ours = read(path)
    if not len(ours):
        return
    with can.MF4Reader(path) as stock:
        theirs = FrameBatch.from_messages(stock)
    theirs.records["channel"] -= 1
    assert_same(ours, theirs, within_ns=300)


def test_events_of_others_are_marks():
    reader = read_batches(corpus_file("mf4/no_can_metadata.mf4"))
    assert list(reader) == []
    assert len(reader.marks) == 2


@pytest.mark.parametrize("compression", [1, 2])
def test_damage_in_compressed_data_invents_no_frames(compression, tmp_path):
    """Some damage of a deflate stream lets it run on to the end of the data without an error."""
    path = tmp_path / "log.mf4"
    with can.MF4Writer(path, compression_level=compression) as writer:
        for message in messages(600):
            writer(message)
    whole = path.read_bytes()
    known = {record.tobytes() for record in read(path).records}
    block = whole.index(b"##DZ")
    begin, end = block + 48, block + struct.unpack_from("<Q", whole, block + 8)[0]
    for seed in range(40):
        chance = random.Random(seed)
        damaged, at = bytearray(whole), chance.randrange(begin, end)
        damaged[at:end] = chance.randbytes(end - at)
        path.write_bytes(damaged)
        try:
            found = {record.tobytes() for record in read(path).records}
        except FileError:
            continue
        assert found <= known
