"""Ordinary files, private files and folders, locks, and the time limit for file systems."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from canmcast_gui.frames.files import (
    NotRegularError,
    close_to_others,
    make_private_folder,
    open_regular,
    private_opener,
    read_regular,
    try_lock,
    within,
    write_private,
)
from tests.support.unresponsive_file import unresponsive

SIZE_UNKNOWN = Path("/proc/self/maps")

needs_posix_rights = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")


def test_a_file_and_a_link_to_it_are_read(tmp_path):
    path, link = tmp_path / "file", tmp_path / "link"
    path.write_bytes(b"a\r\nb\x1a\n")
    link.symlink_to(path)
    assert read_regular(path, 6) == b"a\r\nb\x1a\n"
    assert read_regular(str(link), 1 << 60) == b"a\r\nb\x1a\n"
    with open_regular(path) as file:
        assert (file.read(2), file.seek(1), file.readline()) == (b"a\r", 1, b"\r\n")


def test_a_file_larger_than_the_limit_is_refused(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(bytes(2_001))
    with pytest.raises(NotRegularError, match=r"^it has 2,001 bytes; at most 2,000 are read$"):
        read_regular(path, 2_000)


@pytest.mark.skipif(not SIZE_UNKNOWN.exists(), reason="no files of unknown size here")
def test_a_file_of_unknown_size_is_limited_as_well():
    assert SIZE_UNKNOWN.stat().st_size == 0
    with pytest.raises(
        NotRegularError, match=r"^it has more than 100 bytes, which is the most that is read$"
    ):
        read_regular(SIZE_UNKNOWN, 100)


def test_the_error_names_what_is_not_a_file(tmp_path):
    with pytest.raises(NotRegularError, match=r"^it is a folder, not a file$"):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "absent")
    for name in ("a\0b", "\ud800"):
        with pytest.raises(NotRegularError, match=r"^it has a name that no file can have$"):
            open_regular(name)


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are files on POSIX systems")
def test_devices_pipes_and_sockets_are_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotRegularError, match=r"^it is a pipe \(FIFO\), not a file$"):
        open_regular(tmp_path / "pipe")
    with pytest.raises(NotRegularError, match=r"^it is a device, not a file$"):
        read_regular("/dev/zero", 100)
    with socket.socket(socket.AF_UNIX) as served:
        served.bind(str(tmp_path / "s"))
        with pytest.raises(NotRegularError, match=r"^it is a socket, not a file$"):
            open_regular(tmp_path / "s")


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are files on POSIX systems")
def test_a_file_that_becomes_a_pipe_between_check_and_opening_is_refused(tmp_path):
    # The link changes its target until it leads to the pipe between check and opening.
    path, ended = tmp_path / "it", threading.Event()
    (tmp_path / "file").write_bytes(b"content")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "it").symlink_to(tmp_path / "file")

    def exchange():
        while not ended.is_set():
            for name in ("pipe", "file"):
                (tmp_path / "next").symlink_to(tmp_path / name)
                (tmp_path / "next").replace(path)

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        for _ in range(500):
            try:
                assert read_regular(path, 100) == b"content"
            except NotRegularError as error:
                assert "pipe" in str(error)
    finally:
        ended.set()
        thread.join()


@pytest.mark.skipif(not hasattr(os, "O_NONBLOCK"), reason="leases are of Linux")
def test_a_file_with_a_lease_is_read_when_the_lease_is_given_back(tmp_path):
    fcntl, signal = pytest.importorskip("fcntl"), pytest.importorskip("signal")
    if not hasattr(fcntl, "F_SETLEASE"):
        pytest.skip("leases are of Linux")
    path = tmp_path / "leased"
    path.write_bytes(b"content")
    holder = os.open(path, os.O_RDWR)
    before = signal.signal(signal.SIGIO, lambda *_: fcntl.fcntl(holder, fcntl.F_SETLEASE, fcntl.F_UNLCK))
    try:
        fcntl.fcntl(holder, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        assert read_regular(path, 100) == b"content"
    finally:
        signal.signal(signal.SIGIO, before)
        os.close(holder)


def mode(path) -> int:
    return path.stat().st_mode & 0o777


@needs_posix_rights
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_only_their_user_may_read_what_is_created_for_any_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        make_private_folder(tmp_path / "folder")
        write_private(tmp_path / "folder" / "a", "text")
        with open(tmp_path / "folder" / "b", "x+b", opener=private_opener) as file:
            file.write(b"b")
    finally:
        os.umask(before)
    assert mode(tmp_path / "folder") == 0o700
    assert [mode(tmp_path / "folder" / name) for name in "ab"] == [0o600, 0o600]
    assert (tmp_path / "folder" / "a").read_text() == "text"


@needs_posix_rights
def test_an_existing_folder_is_closed_to_others_and_a_file_keeps_its_mode(tmp_path):
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir(0o755)
    file.touch()
    file.chmod(0o644)
    make_private_folder(folder)
    write_private(file, "text")
    assert (mode(folder), mode(file)) == (0o700, 0o644)
    close_to_others(file)
    assert mode(file) == 0o600
    close_to_others(tmp_path / "absent")


def test_a_file_in_the_place_of_a_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    for name in ("file", "file/folder"):
        with pytest.raises((NotADirectoryError, FileExistsError)):
            make_private_folder(tmp_path / name)


HOLDER = """
import os, sys
from canmcast_gui.frames.files import try_lock
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


def test_within_returns_the_result():
    assert within(5.0, lambda: "result") == "result"
    assert within(5.0, lambda: None) is None


def test_within_raises_what_the_work_raises():
    with pytest.raises(FileNotFoundError):
        within(5.0, lambda: read_regular("absent", 1))


def test_within_ends_at_its_time_limit():
    proceed = threading.Event()
    with pytest.raises(TimeoutError, match=r"no answer for 0\.01 s"):
        within(0.01, proceed.wait)
    proceed.set()


def test_within_ends_for_a_file_system_that_does_not_answer(tmp_path):
    path = tmp_path / "file"
    path.write_text("content")
    with unresponsive(path), pytest.raises(TimeoutError):
        within(0.05, lambda: read_regular(path, 100))
    assert read_regular(path, 100) == b"content"
