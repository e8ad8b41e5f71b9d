"""Whole files: compression, truncation, time zones and marks."""

import struct
import zlib
from datetime import UTC, datetime

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, open_writer, read_batches, save
from tests.logfile.blf.files import (
    START,
    blf_object,
    container,
    file_header,
    message,
    padded,
    read,
    read_objects,
)
from tests.logfile.frames import assert_same, small_batch


def numbered(count: int, first: int = 0) -> bytes:
    return padded(*(blf_object(1, message(number=number), number) for number in range(first, first + count)))


def test_compressed_and_stored_containers_and_none(tmp_path):
    for content in (container(numbered(20)), container(numbered(20), packed=False), numbered(20)):
        batch, reader = read(tmp_path, file_header() + content)
        assert batch.arbitration_id.tolist() == list(range(20))
        assert reader.skipped == 0


@pytest.mark.parametrize("size", [1, 7, 16, 33, 47, 100])
def test_objects_span_containers(size, tmp_path):
    stream = numbered(20)
    parts = [container(stream[start : start + size], start % 2 == 0) for start in range(0, len(stream), size)]
    batch, reader = read(tmp_path, file_header() + b"".join(parts))
    assert batch.arbitration_id.tolist() == list(range(20))
    assert reader.skipped == 0


def test_odd_objects_are_padded_in_either_way(tmp_path):
    for pad in (lambda size: size % 4, lambda size: -size % 4, lambda _: 0):
        stream = b""
        for number in range(40):
            text = blf_object(65, struct.pack("<LLLL", 0, 0, number, 0) + b"x" * number)
            stream += text + bytes(pad(len(text))) + blf_object(1, message(number=number))
        batch, reader = read(tmp_path, file_header() + container(stream))
        assert batch.arbitration_id.tolist() == list(range(40))
        assert reader.skipped == 0


def test_containers_may_be_padded_in_either_way(tmp_path):
    content = file_header()
    for number in range(10):
        one = blf_object(1, message(number=number), number)
        size = 32 + len(zlib.compress(one))
        content += container(one)[:size] + bytes((size % 4, -size % 4, 0)[number % 3])
    batch, reader = read(tmp_path, content)
    assert batch.arbitration_id.tolist() == list(range(10))
    assert reader.skipped == 0


def test_an_incomplete_recording(tmp_path):
    """Its header is zeros, or knows no sizes; its last container has none either."""
    for header in (bytes(144), b"LOGG".ljust(144, b"\0"), file_header()):
        batch, reader = read(
            tmp_path, header + container(numbered(5)) + container(numbered(5, 5), inflated=0)
        )
        assert batch.arbitration_id.tolist() == list(range(10))
        assert reader.skipped == 0
    last = bytearray(container(numbered(5, 5)))
    last[8:12] = bytes(4)
    batch, reader = read(tmp_path, file_header() + container(numbered(5)) + bytes(last))
    assert batch.arbitration_id.tolist() == list(range(10))
    assert reader.skipped == 1


def test_a_broken_container_costs_the_objects_in_it(tmp_path):
    stream = numbered(100)
    parts = [container(stream[start : start + 500]) for start in range(0, len(stream), 500)]
    broken = bytearray(parts[4])
    broken[40:60] = b"\xff" * 20
    parts[4] = bytes(broken)
    batch, reader = read(tmp_path, file_header() + b"".join(parts))
    whole = 2000 // 48
    after = (2500 + 47) // 48
    assert batch.arbitration_id.tolist() == [*range(whole), *range(after, 100)]
    assert reader.skipped == 1
    assert "compressed data are damaged" in reader.problems[0]


def test_garbage_between_containers_and_between_objects(tmp_path):
    batch, reader = read(
        tmp_path,
        file_header() + container(numbered(3)) + b"garbage" * 9 + container(numbered(3, 3) + b"rubbish " * 5),
    )
    assert batch.arbitration_id.tolist() == list(range(6))
    assert reader.skipped == 2
    batch, reader = read(tmp_path, file_header() + container(numbered(3) + b"rubbish!!" * 5 + numbered(3, 3)))
    assert batch.arbitration_id.tolist() == list(range(6))
    assert reader.skipped == 1


def test_an_object_with_a_wrong_size_does_not_hide_others(tmp_path):
    for size in (0, 15, 5_000, 100_000, 4_000_000_000):
        stream = bytearray(numbered(10))
        stream[48 * 4 + 8 : 48 * 4 + 12] = struct.pack("<L", size)
        stream[48 * 6 + 8 : 48 * 6 + 16] = struct.pack("<LL", 100_000, 200)
        batch, reader = read(tmp_path, file_header() + container(bytes(stream)))
        assert batch.arbitration_id.tolist() == [0, 1, 2, 3, 5, 7, 8, 9]
        assert reader.skipped == 2


@pytest.mark.parametrize("cut", [145, 160, 176, 200, 300])
def test_a_file_that_is_truncated_at_any_byte(cut, tmp_path):
    content = file_header() + container(numbered(100), packed=False)
    batch, reader = read(tmp_path, (content + container(numbered(1)))[: len(content) + cut - 144])
    assert batch.arbitration_id.tolist()[:100] == list(range(100))
    assert reader.skipped <= 1
    path = tmp_path / "cut.blf"
    path.write_bytes(content[:cut])
    reader = read_batches(path)
    if cut < 176 + 48:
        with pytest.raises(FileError, match=r"nothing of cut\.blf can be read"):
            list(reader)
    else:
        assert sum(map(len, reader)) == (cut - 176) // 48


def test_the_size_that_a_container_claims_is_not_allocated(tmp_path):
    bomb = container(bytes(50_000_000), inflated=4_000_000_000)
    batch, reader = read(tmp_path, file_header() + bomb + container(numbered(3)))
    assert batch.arbitration_id.tolist() == [0, 1, 2]
    assert reader.skipped == 1
    batch, reader = read(
        tmp_path, file_header() + container(numbered(500), inflated=100) + container(numbered(3))
    )
    assert batch.arbitration_id.tolist() == [0, 1, 2]
    assert reader.skipped == 1


def test_vector_writes_local_time_and_python_can_utc(tmp_path, monkeypatch):
    import time

    moment = datetime(2025, 3, 14, 12, 30, 15, 250_000, tzinfo=UTC)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        stream = container(numbered(1))
        _, vector = read(tmp_path, file_header() + stream)
        _, python_can = read(tmp_path, file_header(api=5) + stream)
        assert python_can.start_ns == int(moment.timestamp()) * 10**9 + 250_000_000
        assert python_can.start_ns - vector.start_ns == 9 * 3600 * 10**9
    finally:
        monkeypatch.undo()
        time.tzset()
    assert START[0] == 2025


@pytest.mark.parametrize("start", [(0,) * 8, (2025, 13, 1, 1, 1, 1, 1, 1), (65535,) * 8])
def test_after_an_invalid_date_times_count_from_the_start(start, tmp_path):
    batch, reader = read(tmp_path, file_header(start) + container(numbered(2)))
    assert reader.start_ns == 0
    assert batch.timestamp_ns.tolist() == [0, 1]


def event(kind: int, body: bytes, time: int = 77) -> bytes:
    return blf_object(kind, body, time)


def marker(group: bytes, name: bytes, description: bytes) -> bytes:
    lengths = struct.pack("<LLL12x", len(group), len(name), len(description))
    return struct.pack("<LLLB3x", 0, 0, 0, 1) + lengths + group + name + description


def text(source: int, raw: bytes) -> bytes:
    return struct.pack("<LLLL", source, 0, len(raw), 0) + raw


def test_texts_markers_comments_and_errors_of_drivers_become_marks(tmp_path):
    batch, reader = read_objects(
        tmp_path,
        event(65, text(1, b"C:\\x.dbc;x\0")),
        blf_object(1, message()),
        event(96, marker(b"Group\0garbage", b"Braking", b"at the lights")),
        event(96, marker(b"said by a script", b"python-can", b"Added by python-can")),
        event(92, struct.pack("<LLQ", 1, 5, 0) + "größ".encode("cp1252") + b"e"),
        event(65, text(0, "Comment\0".encode("utf-16-le"))),
        event(65, text(2, b'<?xml version="1.0"?>\r\n<general><user name="x" os="y"/></general>')),
        blf_object(1, message()),
        event(5, struct.pack("<QQHHL", 10**9, 5 * 10**8, 1, 0, 0)),
        event(3, struct.pack("<HHL", 2, 0, 0)),
        event(31, struct.pack("<HBBL", 1, 8, 9, 0x68)),
        event(74, struct.pack("<HBBL", 2, 0, 0, 1).ljust(32, b"\0")),
        event(74, b"x"),
    )
    assert len(batch) == 2
    start = reader.start_ns
    assert reader.marks == [
        Mark(0, start + 77, "C:\\x.dbc;x"),
        Mark(1, start + 77, "Group: Braking: at the lights"),
        Mark(1, start + 77, "said by a script"),
        Mark(1, start + 77, "größe"),
        Mark(1, start + 77, "Comment"),
        Mark(1, start + 77, "name x, os y"),
        Mark(2, start + 77, "Trigger, 1 s before and 0.5 s after it"),
        Mark(2, start + 77, "Overload frame on channel 2"),
        Mark(2, start + 77, "Driver error 0x68 on channel 1, error counters Tx 8 Rx 9"),
        Mark(2, start + 77, "Driver error 0x1 on channel 2, error counters Tx 0 Rx 0"),
    ]


def test_marks_are_written_as_markers_and_read_back(tmp_path):
    path, again = tmp_path / "one.blf", tmp_path / "two.blf"
    batch = small_batch(2000)
    times = batch.timestamp_ns
    marks = [Mark(0, int(times[0]), "begin"), Mark(7, int(times[7]) + 5, "größer"), Mark(2000, 0, "end")]
    save(path, [batch], marks=marks)
    reader = read_batches(path)
    assert_same(FrameBatch.concatenate(list(reader)), batch)
    kept = [mark._replace(timestamp_ns=max(mark.timestamp_ns, reader.start_ns)) for mark in marks]
    assert reader.marks == kept
    save(again, list(reader), marks=reader.marks)
    assert again.read_bytes() == path.read_bytes()


def test_a_file_of_marks_only(tmp_path):
    path = tmp_path / "marks.blf"
    with open_writer(path) as writer:
        writer.write_mark(Mark(0, 1_762_345_678_500_000_000, "alone"))
    reader = read_batches(path)
    assert list(reader) == []
    assert reader.marks == [Mark(0, 1_762_345_678_500_000_000, "alone")]


def test_written_files_do_not_depend_on_the_batches(tmp_path):
    batch = small_batch(30_000)
    batch.records["data"] = np.random.default_rng(3).integers(0, 256, (30_000, 8))
    paths = [tmp_path / "a.blf", tmp_path / "b.blf", tmp_path / "c.blf"]
    save(paths[0], [batch])
    save(paths[1], [batch[:1], batch[1:7000], batch[7000:]])
    save(paths[2], read_batches(paths[0]))
    assert paths[0].read_bytes() == paths[1].read_bytes() == paths[2].read_bytes()


def test_flushed_data_are_read_after_the_writer_was_killed(tmp_path):
    batch = small_batch(5000)
    path = tmp_path / "live.blf"
    from canmcast_gui.logfile.blf.writer import BlfSink

    with path.open("wb") as file:
        sink = BlfSink(file, path)
        sink.write(batch[:3000])
        sink.flush()
        sink.write(batch[3000:])
        content = path.read_bytes()
    path.write_bytes(content)
    reader = read_batches(path)
    assert sum(map(len, reader)) == 3000
    assert reader.skipped == 0
