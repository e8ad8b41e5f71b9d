"""A small disk: a file system in memory that only this thread sees, if the system permits it."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

DISK_BYTES = 2 << 20

# linux/sched.h and linux/mount.h
CLONE_NEWNS = 0x00020000
MS_REC = 0x4000
MS_PRIVATE = 1 << 18
MNT_DETACH = 2


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB; skips the test if the system does not permit one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "unshare"):
        pytest.skip("this system has no mount namespaces, which a small disk needs")
    with _own_mounts(libc):
        _check(libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None), "keeping mounts private")
        size = f"size={DISK_BYTES}".encode()
        _check(libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", 0, size), "mounting a small file system")
        yield folder
        libc.umount2(os.fsencode(folder), MNT_DETACH)  # maps of deleted files may still be open


@contextmanager
def _own_mounts(libc: ctypes.CDLL) -> Iterator[None]:
    """Run in a mount namespace of this thread, then return to the old one."""
    home, here = os.open("/proc/thread-self/ns/mnt", os.O_RDONLY), Path.cwd()
    try:
        _check(libc.unshare(CLONE_NEWNS), "a mount namespace")
        try:
            yield
        finally:
            libc.setns(home, CLONE_NEWNS)
            os.chdir(here)  # setns changes the working folder to the root
    finally:
        os.close(home)


def _check(result: int, what: str) -> None:
    if result:
        pytest.skip(f"{what} is not permitted: {os.strerror(ctypes.get_errno())}")


def fill(disk: Path, leave: int) -> Path:
    """Fill the disk with a file, except ``leave`` bytes."""
    path = disk / "fill"
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    path.write_bytes(bytes(max(free - leave, 0)))
    return path
