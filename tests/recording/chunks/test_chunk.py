"""Maps of many files: a limited number is open, and arrays in use stay valid."""

from pathlib import Path

import numpy as np
import psutil
import pytest

from canmcast_gui.recording import Limits, Recording
from canmcast_gui.recording.chunks.maps import MapCache
from tests.recording.batches import numbered, numbers

BYTES = np.dtype(np.uint8)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Ten files of a hundred bytes, each full of its number."""
    paths = [tmp_path / str(number) for number in range(10)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * 100)
    return paths


def test_arrays_stay_valid_when_the_cache_releases_them(files: list[Path]):
    cache = MapCache(limit=2)
    arrays = [cache.array(path, BYTES, 40) for path in files]
    for path in files:
        path.unlink()
    assert [(array[0], len(array)) for array in arrays] == [(number, 60) for number in range(10)]


def test_a_file_in_use_is_not_mapped_again(files: list[Path]):
    cache = MapCache(limit=2)
    held = cache.array(files[0], BYTES, 0)[5:]
    for path in files[1:]:
        cache.array(path, BYTES, 0)
    assert np.shares_memory(held, cache.array(files[0], BYTES, 0))


def test_a_file_that_has_grown_is_mapped_again_after_forget(files: list[Path]):
    cache = MapCache()
    old = cache.array(files[3], BYTES, 0)
    with files[3].open("ab") as file:
        file.write(bytes(50))
    assert len(cache.array(files[3], BYTES, 0)) == 100
    cache.forget(files[3])
    assert len(cache.array(files[3], BYTES, 0)) == 150
    assert len(old) == 100


def test_only_complete_items_are_in_the_array(files: list[Path]):
    assert len(MapCache().array(files[0], np.dtype("<i8"), 8)) == 11


@pytest.mark.skipif(not hasattr(psutil.Process, "num_fds"), reason="this system has no file descriptors")
def test_many_chunks_do_not_use_up_the_file_descriptors(tmp_path: Path):
    before = psutil.Process().num_fds()
    with Recording.create(tmp_path / "trace") as recording:
        for start in range(0, 4000, 40):
            recording.limits = Limits(most_frames=8000)  # smaller chunks: the next batch starts one
            recording.limits = Limits()
            recording.append(numbered(start, 40, width=64))
        assert len(list((tmp_path / "trace").glob("*.records"))) == 100
        assert numbers(recording.rows()) == list(range(4000))
        assert len(recording.find("rx")) == 4000
        assert psutil.Process().num_fds() < before + 80
    assert psutil.Process().num_fds() <= before
