"""Compressed files of all formats, and truncated, damaged and malicious ones."""

import gzip
import os
import random
import tempfile
import tracemalloc

import pytest
from backports import zstd

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FileError, read_batches, save
from canmcast_gui.logfile.opening import open_log, seekable_log
from canmcast_gui.logfile.problems import Problems
from tests.logfile.frames import FORMATS_BY_NAME, assert_same, small_batch
from tests.support.small_disk import fill

PACKERS = {".gz": gzip.compress, ".zst": zstd.compress}


@pytest.fixture(params=sorted(PACKERS))
def pack(request):
    return PACKERS[request.param]


@pytest.mark.parametrize("name", sorted(FORMATS_BY_NAME))
def test_every_format_is_read_from_compressed_files(name, pack, tmp_path):
    plain = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    save(plain, [small_batch(3000)])
    packed = tmp_path / "log.anything"
    packed.write_bytes(pack(plain.read_bytes()))
    reader = read_batches(packed)
    assert reader.format.name == name
    found = FrameBatch.concatenate(list(reader))
    assert_same(found, FrameBatch.concatenate(list(read_batches(plain))))
    assert (reader.progress, reader.skipped) == (1.0, 0)


def log(tmp_path, content: bytes):
    path = tmp_path / "log.packed"
    path.write_bytes(content)
    return read_batches(path)


LINES = b"".join(b"(%d.000000) can0 123#%02X\n" % (second, second % 256) for second in range(5000))


def test_compressed_streams_that_follow_each_other(pack, tmp_path):
    reader = log(tmp_path, pack(LINES) + pack(LINES) + bytes(20))
    assert sum(map(len, reader)) == 10_000
    assert reader.skipped == 0


def test_data_after_compressed_data_are_reported(pack, tmp_path):
    reader = log(tmp_path, pack(LINES) + b"garbage")
    assert sum(map(len, reader)) == 5000
    assert reader.skipped == 1


def test_a_truncated_compressed_file_is_read_up_to_its_end(pack, tmp_path):
    digits = random.Random(1).randbytes(8 * 40_000).hex()
    lines = (f"({n}.000000) can0 123#{digits[16 * n : 16 * n + 16]}\n" for n in range(40_000))
    content = pack("".join(lines).encode())
    reader = log(tmp_path, content[: len(content) * 2 // 3])
    assert 0 < sum(map(len, reader)) < 40_000
    assert any("the compressed data end too early" in problem for problem in reader.problems)


def test_damage_is_reported_and_earlier_data_are_kept(pack, tmp_path):
    content = bytearray(pack(LINES))
    content[len(content) // 2 : len(content) // 2 + 30] = b"\xff" * 30
    path = tmp_path / "log.packed"
    path.write_bytes(content)
    try:
        reader = read_batches(path)
        list(reader)
        assert reader.skipped > 0
    except FileError as error:
        assert "packed" in str(error)


def test_a_file_without_its_start_is_refused(pack, tmp_path):
    with pytest.raises(FileError, match=r"cannot be decompressed: .* end too early"):
        log(tmp_path, pack(LINES)[:12])


def test_without_problems_damage_raises(pack, tmp_path):
    path = tmp_path / "cut"
    path.write_bytes(pack(LINES)[:100])
    with open_log(path) as file, pytest.raises(OSError, match="end too early"):
        file.read()


def test_a_bomb_does_not_fill_the_memory(pack, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(pack(bytes(40_000_000)) * 10)
    tracemalloc.start()
    try:
        with open_log(path, Problems()) as file:
            while file.read(1 << 20):
                pass
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null", "/dev/full"])
def test_devices_are_refused(tmp_path, device):
    path = tmp_path / "log.asc"
    path.symlink_to(device)
    with pytest.raises(FileError, match=r"log\.asc cannot be read: it is a device, not a file"):
        read_batches(path)


HEADS = {"mf4": b"MDF     4.10    ", "parquet": b"PAR1"}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_decompression_bomb_is_refused(head, tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(head + bytes(90_000_000), 9))
    with pytest.raises(FileError, match=r"bomb\.gz cannot be read: it decompresses to more than 100 times"):
        list(read_batches(path))


def test_decompression_can_be_canceled(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"".join(os.urandom(1_000) * 10 for _ in range(6_000)), 1))
    with seekable_log(path, Problems()) as log:
        places = log.decompress()
        first = next(places)
        assert 0 < first < path.stat().st_size
        assert os.fstat(log.file.fileno()).st_size < 40_000_000
        places.close()


@pytest.mark.parametrize("suffix", [".mf4", ".parquet"])
def test_a_full_temporary_folder_is_named(suffix, small_disk, tmp_path, monkeypatch):
    plain, packed = tmp_path / f"log{suffix}", tmp_path / "packed.gz"
    save(plain, [small_batch(3_000)])
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    monkeypatch.setattr(tempfile, "tempdir", str(small_disk))
    assert_same(FrameBatch.concatenate(list(read_batches(packed))), small_batch(3_000))
    fill(small_disk, 4096)
    with pytest.raises(FileError, match=f"there is not enough space in {small_disk} to decompress it"):
        list(read_batches(packed))
