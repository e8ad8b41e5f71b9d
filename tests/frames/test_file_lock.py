"""One descriptor holds the lock of a file, until it is closed or its process ends."""

import os
import subprocess
import sys

import pytest

from canmcast_gui.frames.file_lock import try_lock

HOLDER = """
import os, sys
from canmcast_gui.frames.file_lock import try_lock
print(try_lock(os.open(sys.argv[1], os.O_RDWR)), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def open_file(tmp_path):
    descriptors = []

    def opened():
        descriptors.append(os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT))
        return descriptors[-1]

    yield opened
    for descriptor in descriptors:
        os.close(descriptor)


def test_a_lock_has_one_holder_until_it_is_closed(open_file, tmp_path):
    holder = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    assert try_lock(holder)
    other = open_file()
    assert not try_lock(other)
    os.close(holder)
    assert try_lock(other)


def test_a_lock_ends_with_its_process(open_file, tmp_path):
    descriptor = open_file()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, tmp_path / "lock"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout.readline() == "True\n"
        assert not try_lock(descriptor)
        holder.kill()
        holder.wait()
    assert try_lock(descriptor)


def test_a_closed_descriptor_is_not_locked(open_file, tmp_path):
    descriptor = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    os.close(descriptor)
    assert not try_lock(descriptor)
