"""Deflating and inflating, with ISA-L and without it."""

import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.logfile import read_batches, save
from canmcast_gui.logfile.compression import DamagedError, deflate, inflate
from tests.logfile.frames import small_batch


@given(st.binary(max_size=2000))
def test_deflated_data_are_inflated_by_any_library(data):
    packed = deflate(data)
    assert zlib.decompress(packed) == inflate(packed, len(data)).content == data
    assert inflate(zlib.compress(data), len(data)) == (data, True, b"")


def test_damage_and_too_many_bytes_are_reported():
    packed = deflate(bytes(1000))
    for damaged in (b"garbage" * 9, packed[:-4] + b"\xff" * 4):
        with pytest.raises(DamagedError):
            inflate(damaged, 1000)
    with pytest.raises(DamagedError, match="more data than expected"):
        inflate(packed, 999)


def test_zlib_is_used_without_isal(tmp_path):
    program = (
        "import sys; sys.modules['isal'] = None\n"
        "from canmcast_gui.logfile import read_batches, save\n"
        "from canmcast_gui.logfile.compression import library\n"
        "save(sys.argv[2], read_batches(sys.argv[1]))\n"
        "print(library.__name__, sum(map(len, read_batches(sys.argv[2]))))\n"
    )
    paths = [tmp_path / "ours.blf", tmp_path / "theirs.blf"]
    save(paths[0], [small_batch(5000)])
    command = [sys.executable, "-c", program, *map(str, paths)]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert found.split() == ["zlib", "5000"]
    assert sum(map(len, read_batches(paths[1]))) == 5000
