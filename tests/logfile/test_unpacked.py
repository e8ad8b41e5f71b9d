"""Files that are unpacked to the disk before they are read: bounded, cancellable, with a clear error."""

import gzip
import os
import tempfile

import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FileError, read_batches, save
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.unpacked import seekable_log
from tests.logfile.frames import assert_same, small_batch
from tests.support.small_disk import fill

HEADS = {"mf4": b"MDF     4.10    ", "parquet": b"PAR1"}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_what_unpacks_without_end_is_refused(head, tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(head + bytes(90_000_000), 9))
    with pytest.raises(FileError, match=r"bomb\.gz cannot be read: it unpacks to more than 100 times"):
        list(read_batches(path))


def test_unpacking_can_be_left(tmp_path):
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(b"".join(os.urandom(1_000) * 10 for _ in range(6_000)), 1))
    with seekable_log(path, Problems()) as log:
        places = log.steps()
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
    with pytest.raises(FileError, match=f"there is not enough room in {small_disk} to unpack it"):
        list(read_batches(packed))
