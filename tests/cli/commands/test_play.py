"""``canmcast play`` as a process of its own, with stock peers that count and a terminal to type into."""

import os
import pty
import select
import signal
import subprocess
import sys
import time

import numpy as np
import psutil
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer, read_batches
from canmcast_gui.recording import leftovers
from canmcast_gui.recording.folder import recordings_folder
from tests.cli.commands.test_dump import option
from tests.cli.conftest import MOST_SECONDS, PROJECT, assert_one_line

MS = 1_000_000
START_NS = 1_700_000_000 * 10**9


@pytest.fixture
def numbered(tmp_path):
    """Make a log of frames that carry running numbers: ``numbered("a", range(10), gap_ms=20)``."""

    def make(name, numbers, gap_ms=20, after_ms=0, ids=(0x100,)):
        path, numbers = tmp_path / f"{name}.log", np.array(numbers)
        times = START_NS + (after_ms + np.arange(len(numbers)) * gap_ms) * MS
        data = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)
        with open_writer(path, "candump") as writer:
            arbitration = np.resize(ids, len(numbers))
            writer.write(FrameBatch.from_columns(times, arbitration, data, channel=1))
        return path

    return make


@pytest.fixture
def stock_receiver(stock_peer, bus):
    """Start a stock peer that ends after a number of frames."""
    return lambda count, **kind: stock_peer(
        "recv", "--port", option(bus, "--port"), "--count", count, "--seconds", kind.get("seconds", 15)
    )


# -- order, and what is sent -----------------------------------------------------------------------------


def test_ids_that_no_frame_has_are_sent_by_the_rule_for_reading(start, canmcast, bus, tmp_path):
    (tmp_path / "in.log").write_text("(1.0) can0 900#01\n(1.0) can0 40000001#02\n(1.0) can0 123#03\n")
    dump = start("dump", *bus, "--count", "2").wait_until_listening()
    result = canmcast("play", tmp_path / "in.log", *bus)
    assert result.returncode == 0, result.stderr
    assert "2 frames sent" in result.stderr
    assert "standard ids above 7FF, read as extended: 1 frame" in result.stderr
    assert "ids above 1FFFFFFF, left out: 1 frame" in result.stderr
    assert [line.split()[2] for line in dump.result().stdout.splitlines()] == ["00000900#01", "123#03"]


def test_frames_are_sent_in_order_without_error_frames(start, canmcast, bus, log):
    dump = start("dump", *bus, "--count", "5").wait_until_listening()
    result = canmcast("play", log, *bus)
    assert result.returncode == 0, result.stderr
    assert "5 frames sent" in result.stderr
    sent = [line.split()[2] for line in dump.result().stdout.splitlines()]
    assert sent == ["123#0102", "123#R3", f"123##1{bytes(range(16)).hex().upper()}", "1F334455#03", "123#04"]


def test_error_frames_are_sent_on_request(start, canmcast, bus, log):
    dump = start("dump", *bus, "--count", "6").wait_until_listening()
    assert canmcast("play", log, *bus, "--error-frames", "--speed", "10").returncode == 0
    assert "20000080#" in dump.result().stdout


def test_a_part_as_fast_as_the_limit_with_other_ids(start, canmcast, bus, log):
    dump = start("dump", *bus, "--count", "6").wait_until_listening()
    options = ("--fast", "--limit", "2000", "--id", "123=7AA", "--filter", "id == 0x123", "--in-turn")
    result = canmcast("play", log, log, *bus, *options)
    assert result.returncode == 0, result.stderr
    sent = [line.split()[2].split("#")[0] for line in dump.result().stdout.splitlines()]
    assert sent == ["7AA"] * 6


def test_a_range_a_filter_of_times_and_another_channel(start, canmcast, bus, numbered, tmp_path):
    file = tmp_path / "received.asc"
    record = start("record", file, *bus, "--count", "4").wait_until_listening()
    options = ("--from", "0.1", "--to", "0.2", "--filter", "time < 0.175", "--channel", "1=4", "--speed", "2")
    result = canmcast("play", numbered("a", range(20)), *bus, *options)
    assert result.returncode == 0, result.stderr
    assert "4 frames sent" in result.stderr
    assert record.result().returncode == 0
    batch = FrameBatch.concatenate(list(read_batches(file)))
    assert [batch.payload(row)[-1] for row in range(len(batch))] == [5, 6, 7, 8]
    assert set(batch.channel.tolist()) == {4}


HOUR = 3600


@pytest.mark.parametrize(
    ("options", "order"),
    [
        (("--offset", 0, "--offset", 0.01 - HOUR), [0, 100, 1, 101, 2, 102, 3, 103]),
        (("--align", "--offset", 0.03), [100, 101, 0, 102, 1, 103, 2, 3]),
        (("--in-turn",), [0, 1, 2, 3, 100, 101, 102, 103]),
    ],
)
def test_several_files_are_put_on_one_time_line(options, order, canmcast, bus, numbered, stock_receiver):
    files = [numbered("a", range(4)), numbered("b", range(100, 104), after_ms=HOUR * 1000)]
    peer = stock_receiver(8)
    result = canmcast("play", *files, *bus, *options)
    assert result.returncode == 0, result.stderr
    assert peer.result()["numbers"] == order
    assert ("channel 1 of b.log is channel 2" in result.stderr) == ("--in-turn" not in options)


def test_a_long_time_without_frames_is_reported_at_once(start, bus, numbered):
    files = [numbered("a", range(4)), numbered("b", range(4), after_ms=HOUR * 1000)]
    play = start("play", *files, *bus)
    assert "is channel 2" in play.process.stderr.readline()
    assert "1 h 0 min without a frame" in (line := play.process.stderr.readline())
    assert "--align" in line
    assert play.interrupt().result().returncode == 0


def test_a_loop_repeats_until_it_is_interrupted(start, bus, numbered, stock_receiver):
    peer = stock_receiver(25)
    play = start("play", numbered("a", range(10), gap_ms=5), *bus, "--loop")
    assert peer.result()["numbers"] == [n % 10 for n in range(25)]
    assert play.interrupt().result().returncode == 0


def test_ids_of_another_node_are_skipped(start, canmcast, bus, numbered, stock_peer):
    port = option(bus, "--port")
    stock_peer("send", "--port", port, "--ids", 1, "--rate", 50, "--seconds", 20)
    dump = start("dump", *bus, "--filter", "data[0] == 0x7E or id == 0x300").wait_until_listening()
    numbers = np.arange(100) + (0x7E << 56)
    log = numbered("a", numbers, gap_ms=10, ids=(0x100, 0x300))
    result = canmcast("play", log, *bus, "--skip-live")
    assert result.returncode == 0, result.stderr
    lines = dump.interrupt().result().stdout.splitlines()
    sent = [int(line.split("#")[1], 16) & 0xFF for line in lines if " 300#" in line]
    assert sent == list(range(1, 100, 2))
    assert len([line for line in lines if " 100#" in line]) < 40


# -- beside it -------------------------------------------------------------------------------------------


def test_another_program_records_what_is_played(start, canmcast, bus, numbered, tmp_path):
    file = tmp_path / "received.blf"
    record = start("record", file, *bus, "--count", 50).wait_until_listening()
    before = time.time_ns()
    assert canmcast("play", numbered("a", range(50), gap_ms=5), *bus).returncode == 0
    after = time.time_ns()
    assert record.result().returncode == 0
    batch = FrameBatch.concatenate(list(read_batches(file)))
    assert [int.from_bytes(batch.payload(row), "big") for row in range(len(batch))] == list(range(50))
    assert (np.diff(batch.timestamp_ns) >= 0).all()
    assert before < batch.timestamp_ns[0] < batch.timestamp_ns[-1] < after
    assert batch.timestamp_ns[-1] - batch.timestamp_ns[0] == pytest.approx(49 * 5 * MS, rel=0.2)


def test_a_killed_player_stops_and_the_next_start_removes_its_recording(
    start, canmcast, bus, numbered, stock_receiver
):
    log = numbered("a", range(10), gap_ms=5)
    first = stock_receiver(20)
    play = start("play", log, *bus, "--loop")
    first.result()
    sender = [one for one in psutil.Process(play.process.pid).children() if "transmit" in str(one.cmdline())]
    play.process.kill()
    assert len(sender) == 1
    assert psutil.wait_procs(sender, 5)[1] == []
    left = list(recordings_folder().iterdir())
    assert len(left) == 1
    assert leftovers() == []
    os.utime(left[0] / "recording.lock", (0, 0))
    assert canmcast("play", log, *bus, "--fast").returncode == 0
    assert list(recordings_folder().iterdir()) == []


def test_a_user_without_a_data_folder_can_play(canmcast, bus, numbered, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    assert "10 frames sent" in canmcast("play", numbered("a", range(10)), *bus, "--fast").stderr


def test_the_end_of_the_transmit_process_is_reported(start, bus, numbered, stock_receiver):
    peer = stock_receiver(5)
    play = start("play", numbered("a", range(10), gap_ms=5), *bus, "--loop")
    peer.result()
    for child in psutil.Process(play.process.pid).children():
        child.kill()
    assert_one_line(play.result(), 1, "transmit process", "Sent before: ")
    assert list(recordings_folder().iterdir()) == []


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--id", "123"), 1, "old=new"),
        (("--filter", "id =="), 1, "character 6"),
        (("--from", "999"), 1, "no frames"),
        (("--from", "2", "--to", "1"), 1, "after --from"),
        (("--align", "--in-turn"), 2, "cannot be combined"),
        (("--offset", "1", "--offset", "2"), 2, "--offset is given 2 times for 1 file"),
    ],
)
def test_wrong_options_are_reported(canmcast, bus, log, options, code, words):
    result = canmcast("play", log, *bus, *options)
    assert result.returncode == code
    assert words in result.stderr
    if code == 1:
        assert_one_line(result, 1, words)


# -- the keys --------------------------------------------------------------------------------------------


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, *arguments: object) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "canmcast_gui.cli", *map(str, arguments)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=PROJECT,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(theirs)
        self.shown = ""

    def wait_for(self, words: str) -> None:
        """Read until the words are shown; what was shown before does not count."""
        end = time.monotonic() + MOST_SECONDS
        while words not in self.shown:
            assert time.monotonic() < end, f"{words!r} is not in {self.shown!r}"
            if select.select([self._ours], [], [], 0.1)[0]:
                self.shown += os.read(self._ours, 4096).decode(errors="replace")
        self.shown = self.shown.split(words)[-1]

    def press(self, key: str) -> None:
        os.write(self._ours, key.encode())

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        os.close(self._ours)


def test_keys_step_pause_seek_and_end_it(bus, numbered, stock_receiver):
    peer = stock_receiver(6)
    terminal = Terminal("play", numbered("a", range(40), gap_ms=1000), *bus, "--step")
    try:
        terminal.wait_for("0.0 of 39.0 s, paused")
        for words in ("1 frame, 0.0", "2 frames, 1.0"):
            terminal.press(".")
            terminal.wait_for(words)
        terminal.press("\x1b[C")
        terminal.wait_for("2 frames, 12.0 of 39.0 s, paused")
        terminal.press(".")
        terminal.wait_for("3 frames, 12.0")
        terminal.press("\x1b[D")
        terminal.wait_for("3 frames, 3.0 of 39.0 s, paused")
        terminal.press(" ")
        terminal.wait_for("5 frames, 4.")
        terminal.press(".")
        terminal.wait_for("6 frames, 5.0 of 39.0 s, paused")
        terminal.press("q")
        terminal.wait_for("6 frames sent")
        assert terminal.process.wait(MOST_SECONDS) == 0
    finally:
        terminal.close()
    assert peer.result()["numbers"] == [0, 1, 12, 3, 4, 5]


def test_a_filter_finds_the_channels_of_the_bus_by_name(start, canmcast, network, tmp_path):
    buses = [f"multicast:239.74.163.2,port={network.free_port()},interface=lo,hop_limit=0" for _ in range(2)]
    channels = ("--bus", f"body={buses[0]}", "--bus", f"powertrain={buses[1]}")
    path = tmp_path / "two.asc"
    with open_writer(path) as writer:
        writer.write(FrameBatch.from_columns([0, MS, 2 * MS], [1, 2, 3], [[0]] * 3, channel=[1, 2, 2]))
    dump = start("dump", *channels, "--count", 2).wait_until_listening()
    result = canmcast("play", path, *channels, "--filter", "channel == powertrain")
    assert "2 frames sent" in result.stderr
    assert [line.split()[1:] for line in dump.result().stdout.splitlines()] == [
        ["can1", "002#00"],
        ["can1", "003#00"],
    ]
    wrong = canmcast("play", path, *channels, "--filter", "channel == powertrian")
    assert_one_line(wrong, 1, "Invalid filter in --filter", "Did you mean powertrain?")
