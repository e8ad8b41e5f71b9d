"""What is opened as a file is one: no device, pipe or folder, and nothing without end."""

import os
import socket
import threading
from pathlib import Path

import pytest

from canmcast_gui.frames.regular_file import NotRegularError, open_regular, read_regular

MADE_UP = Path("/proc/self/maps")


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


@pytest.mark.skipif(not MADE_UP.exists(), reason="no files of unknown size here")
def test_a_file_that_does_not_tell_its_size_is_limited_as_well():
    assert MADE_UP.stat().st_size == 0
    with pytest.raises(NotRegularError, match=r"^it has more than 100 bytes; at most so many are read$"):
        read_regular(MADE_UP, 100)


def test_what_is_not_a_file_is_named(tmp_path):
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
def test_a_file_that_becomes_a_pipe_between_looking_and_opening_is_refused(tmp_path):
    # The names are exchanged until the opening has met the pipe after it had looked at the file.
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
