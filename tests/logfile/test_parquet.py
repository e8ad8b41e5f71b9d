"""Parquet files: other readers, optional columns, and damaged files."""

import builtins
import sys

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, read_batches, save
from tests.logfile.frames import assert_same, small_batch


def read(path) -> FrameBatch:
    return FrameBatch.concatenate(list(read_batches(path)))


def mixed(count: int) -> FrameBatch:
    random = np.random.default_rng(5)
    lengths = random.integers(0, 65, count)
    extended = random.integers(0, 2, count)
    return FrameBatch.from_columns(
        1_762_345_678_000_000_000 + np.arange(count) * 123_457,
        random.integers(0, 1 << 29, count) >> np.where(extended, 0, 18),
        random.integers(0, 256, (count, 64)),
        length=lengths,
        flags=np.where(lengths > 8, Flag.FD | Flag.BRS, Flag.TX) | extended,
        channel=random.integers(0, 256, count),
    )


def test_one_column_for_each_field(tmp_path):
    path = tmp_path / "log.parquet"
    batch = mixed(100)
    save(path, [batch])
    table = pq.read_table(path)
    assert [(field.name, str(field.type)) for field in table.schema] == [
        ("timestamp", "timestamp[ns, tz=UTC]"),
        ("channel", "uint8"),
        ("arbitration_id", "uint32"),
        *((name, "bool") for name in ("extended", "remote", "error", "fd", "brs", "esi", "tx")),
        ("dlc", "uint8"),
        ("payload", "binary"),
    ]
    assert table["payload"].to_pylist() == [batch.payload(row) for row in range(100)]
    assert table["fd"].to_pylist() == batch.has(Flag.FD).tolist()
    assert pc.cast(table["timestamp"], pa.int64()).to_pylist() == batch.timestamp_ns.tolist()


def test_writing_again_gives_the_same_file(tmp_path):
    batch = mixed(140_000)
    marks = [Mark(0, 5, "begin"), Mark(70_000, 6, "größer")]
    paths = [tmp_path / "a.parquet", tmp_path / "b.parquet", tmp_path / "c.parquet"]
    save(paths[0], [batch], marks=marks)
    save(paths[1], [batch[:50_000], batch[50_000:]], marks=marks)
    reader = read_batches(paths[0])
    parts = list(reader)
    assert_columns_same(FrameBatch.concatenate(parts), batch)
    assert reader.marks == marks
    save(paths[2], parts, marks=reader.marks)
    assert paths[0].read_bytes() == paths[1].read_bytes() == paths[2].read_bytes()
    assert pq.ParquetFile(paths[0]).num_row_groups == 2


def assert_columns_same(found: FrameBatch, expected: FrameBatch) -> None:
    for column in ("timestamp_ns", "arbitration_id", "flags", "channel", "dlc", "length"):
        assert (getattr(found, column) == getattr(expected, column)).all(), column
    assert (found.payload_matrix() == expected.payload_matrix()).all()


def test_files_of_others_need_three_columns(tmp_path):
    path = tmp_path / "other.parquet"
    columns = {
        "payload": pa.array([b"\1\2", b"", None, b"x" * 65, b"12345678"], pa.large_binary()),
        "arbitration_id": pa.array([1, 2, 3, 4, 1 << 30], pa.int64()),
        "timestamp": pa.array([1, 2, 3, 4, 5], pa.timestamp("us")),
        "more": pa.array(["a"] * 5),
    }
    pq.write_table(pa.table(columns), path)
    reader = read_batches(path)
    batch = FrameBatch.concatenate(list(reader))
    assert batch.timestamp_ns.tolist() == [1000, 2000]
    assert [batch.payload(row) for row in range(2)] == [b"\1\2", b""]
    assert reader.skipped == 3
    del columns["payload"]
    pq.write_table(pa.table(columns), path)
    with pytest.raises(FileError, match="has no column payload"):
        read(path)
    columns["payload"] = pa.array([1.5] * 5)
    pq.write_table(pa.table(columns), path)
    with pytest.raises(FileError, match=r"nothing of other\.parquet can be read: row group 1"):
        read(path)


def test_an_incomplete_file(tmp_path):
    path = tmp_path / "cut.parquet"
    save(path, [small_batch(1000)])
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(FileError, match=r"nothing of cut\.parquet can be read"):
        read(path)


def test_a_damaged_row_group_costs_only_its_own_frames(tmp_path):
    path = tmp_path / "log.parquet"
    batch = mixed(200_000)
    save(path, [batch])
    content = bytearray(path.read_bytes())
    place = pq.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[place : place + 64] = b"\xff" * 64
    path.write_bytes(content)
    reader = read_batches(path)
    found = FrameBatch.concatenate(list(reader))
    assert_same(found[:1000], batch[:1000])
    assert len(found) == 131_072
    assert reader.skipped == 1
    assert reader.problems[0].startswith("row group 2")


def test_without_pyarrow_files_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "log.parquet"
    save(path, [small_batch(5)])
    real = builtins.__import__

    def no_arrow(name, *rest, **more):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.delitem(sys.modules, "pyarrow.parquet")
    monkeypatch.setattr(builtins, "__import__", no_arrow)
    with pytest.raises(FileError, match=r"need pyarrow: install it with"):
        read(path)
    with pytest.raises(FileError, match=r"need pyarrow: install it with"):
        save(tmp_path / "new.parquet", [small_batch(5)])
    assert [one.name for one in tmp_path.iterdir()] == ["log.parquet"]


def test_a_page_that_claims_two_gigabytes_takes_no_memory(tmp_path):
    path = tmp_path / "log.parquet"
    save(path, [small_batch(50)])
    content = bytearray(path.read_bytes())
    # The first page's header: its kind, its size, its packed size, in seven bits a byte.
    assert content[4:7] == b"\x15\x00\x15"
    place = next(at for at in range(7, 12) if content[at] < 0x80) + 2
    content[place + 1 : place + 5] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    with pytest.raises(FileError, match=r"Page was smaller \(\d+\) than expected \(21474836\d\d\)"):
        list(read_batches(path))
    assert pa.default_memory_pool().max_memory() < 1 << 30
