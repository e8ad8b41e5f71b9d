"""The commands around log files: record, info, convert, recover, fuzz."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer, read_batches
from canmcast_gui.recording import leftovers
from tests.cli.commands.test_dump import REPORT_NAMES, option
from tests.cli.conftest import PROJECT, assert_one_line


def frames_in(path) -> FrameBatch:
    return FrameBatch.concatenate(list(read_batches(path)))


@pytest.mark.parametrize("suffix", [".asc", ".blf", ".log"])
def test_record_writes_what_a_stock_peer_sends(suffix, start, stock_peer, bus, tmp_path):
    file, report = tmp_path / f"out{suffix}", tmp_path / "r.json"
    record = start("record", file, *bus, "--count", 200, "--report", report).wait_until_listening()
    stock_peer("send", "--port", option(bus, "--port"), "--rate", 2000, "--count", 200).result()
    result = record.result()
    assert result.returncode == 0, result.stderr
    batch = frames_in(file)
    assert [int.from_bytes(batch.payload(row), "big") for row in range(len(batch))] == list(range(200))
    counters = json.loads(report.read_text())
    assert counters.keys() == REPORT_NAMES
    assert (counters["received"], counters["recorded"]) == (200, 200)


def test_record_completes_the_file_when_interrupted(start, canmcast, bus, tmp_path):
    file = tmp_path / "out.blf"
    record = start("record", file, *bus).wait_until_listening()
    canmcast("send", *bus, *["123#01"] * 30)
    result = record.interrupt().result()
    assert result.returncode == 0
    assert "30 frames" in result.stderr
    assert len(frames_in(file)) == 30


def test_record_waits_for_a_trigger_and_starts_new_files(start, canmcast, bus, tmp_path):
    options = ["--trigger", "id == 0x7", "--pre", "1m", "--split-frames", 15, "--format", "candump"]
    record = start("record", tmp_path / "out.txt", *bus, *options, "--count", 51).wait_until_listening()
    canmcast("send", *bus, *["123#01"] * 20, "007#", *["123#02"] * 30)
    result = record.result()
    assert result.returncode == 0, result.stderr
    assert "51 frames in 4 files" in result.stderr
    files = sorted(tmp_path.iterdir())
    assert [found.name for found in files] == [f"out-00{number}.txt" for number in range(1, 5)]
    assert [len(frames_in(found)) for found in files] == [15, 15, 15, 6]


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--split-size", "10x"], "10x"),
        (["--post", "5"], "--trigger"),
        (["--pre", "5"], "--trigger"),
    ],
)
def test_record_refuses_contradictory_options(options, word, canmcast, bus, tmp_path):
    result = canmcast("record", tmp_path / "out.asc", *bus, *options, "--duration", 1)
    assert result.returncode == 2
    assert word in result.stderr


def test_record_needs_a_folder_and_a_format(canmcast, bus, tmp_path):
    result = canmcast("record", tmp_path / "absent" / "out.asc", *bus, "--duration", 1)
    assert_one_line(result, 1, "out.asc")
    assert_one_line(canmcast("record", tmp_path / "out.xyz", *bus, "--duration", 1), 1, ".blf")
    assert list(tmp_path.iterdir()) == []


def test_info_counts(canmcast, log):
    result = canmcast("info", log, "--json")
    assert result.returncode == 0
    assert json.loads(result.stdout) == {
        "format": "asc",
        "frames": 6,
        "data_frames": 4,
        "error_frames": 1,
        "remote_frames": 1,
        "fd_frames": 1,
        "extended_frames": 1,
        "tx_frames": 1,
        "channels": 1,
        "ids": 2,
        "first_time_s": 0.0,
        "last_time_s": 0.05,
        "backwards": 0,
        "notes": 0,
        "passed_over": {},
        "skipped": 0,
        "damaged_places": 0,
        "missing_s": 0.0,
        "missing_frames": 0,
        "findings": [],
        "problems": [],
    }
    assert "different ids  2" in canmcast("info", log).stdout


def test_convert_keeps_all_frames(canmcast, log, tmp_path):
    target = tmp_path / "out.blf"
    result = canmcast("convert", log, target)
    assert result.returncode == 0, result.stderr
    assert "6 frames" in result.stderr
    assert [m.arbitration_id for m in frames_in(target).to_messages()] == [
        m.arbitration_id for m in frames_in(log).to_messages()
    ]


def test_convert_joins_several_on_one_time_line(canmcast, log, tmp_path):
    target = tmp_path / "all.txt"
    result = canmcast("convert", log, log, target, "--format", "candump", "--offset", 0, "--offset", 0.0005)
    assert result.returncode == 0, result.stderr
    found = frames_in(target)
    assert len(found) == 2 * len(frames_in(log))
    assert (np.diff(found.timestamp_ns) >= 0).all()
    assert f"channel 1 of {log.name} is channel 2" in result.stderr
    assert canmcast("convert", log, target, "--offset", 0, "--offset", 1).returncode == 2


def test_convert_reports_what_the_target_cannot_store(canmcast, tmp_path):
    (tmp_path / "in.log").write_text(
        "# a note\n(1.5) can0 123#01 T\n(1.6) can0 20000004#0102030405060708 R\n"
    )
    result = canmcast("convert", tmp_path / "in.log", tmp_path / "out.asc")
    bare = "1 error frame without DLC and data; 1 error frame without id"
    assert f"canmcast: Vector ASC does not hold all of it: {bare}\n" in result.stderr
    result = canmcast("convert", tmp_path / "in.log", tmp_path / "out.csv")
    assert "1 mark left out; 2 frames without channel; 1 frame without direction Tx\n" in result.stderr
    result = canmcast("convert", tmp_path / "in.log", tmp_path / "out.mf4")
    assert (result.returncode, "does not hold" in result.stderr) == (0, False)


def test_convert_keeps_times_before_the_first_one(canmcast, tmp_path):
    (tmp_path / "in.log").write_text("(1700000099.5) can0 1#\n(1700000040.25) can0 2#\n")
    result = canmcast("convert", tmp_path / "in.log", tmp_path / "out.asc")
    assert result.returncode == 0, result.stderr
    assert frames_in(tmp_path / "out.asc").timestamp_ns.tolist() == [
        1_700_000_099_500_000_000,
        1_700_000_040_250_000_000,
    ]
    odd = (
        "in.log: times that fall by about a minute, as of a clock that starts again: 1 frame, first at row 1"
    )
    assert odd in result.stderr
    assert odd in canmcast("info", tmp_path / "in.log").stderr


@pytest.mark.parametrize("command", ["info", "convert", "play"])
def test_a_file_that_is_not_a_log_is_refused(command, canmcast, bus, tmp_path):
    (tmp_path / "in.asc").write_bytes(b"\x00\x01 nothing")
    arguments = {"convert": [tmp_path / "out.blf"], "play": bus}.get(command, [])
    assert_one_line(canmcast(command, tmp_path / "in.asc", *arguments), 1, "in.asc")
    assert not (tmp_path / "out.blf").exists()


def test_convert_keeps_the_old_file_if_it_fails(canmcast, log, tmp_path):
    target = tmp_path / "out.csv"
    target.write_text("old")
    assert_one_line(canmcast("convert", log, target), 1, "cannot hold")
    assert target.read_text() == "old"
    assert {path.name for path in tmp_path.iterdir()} == {"log.asc", "out.csv"}


CRASH = """
import os
from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import Recording
recording = Recording.create()
times = range(10**9, 10**9 + 40)
recording.append(FrameBatch.from_columns(timestamp_ns=times, arbitration_id=0x321, data=[[1]] * 40))
recording.marks.add(7, "seven")
recording.channels.change({0: "body"})
os._exit(1)
"""


def test_recover_lists_saves_and_deletes_what_a_crash_left(canmcast, tmp_path):
    assert_one_line(canmcast("recover", tmp_path / "out.asc"), 1, "no recording to recover")
    subprocess.run([sys.executable, "-c", CRASH], cwd=PROJECT)
    listing = canmcast("recover")
    assert listing.returncode == 0
    assert "40 frames" in listing.stdout
    result = canmcast("recover", tmp_path / "out.blf")
    assert result.returncode == 0, result.stderr
    reader = read_batches(tmp_path / "out.blf")
    assert sum(len(batch) for batch in reader) == 40
    assert [(note.row, note.text) for note in reader.marks] == [(7, "seven")]
    assert "1 channel without name" in result.stderr
    assert canmcast("recover", tmp_path / "out.mf4").returncode == 0
    reader = read_batches(tmp_path / "out.mf4")
    assert (sum(map(len, reader)), reader.channel_names) == (40, {0: "body"})
    assert len(leftovers()) == 1
    assert canmcast("recover", "--delete").returncode == 0
    assert leftovers() == []
    assert canmcast("recover").stdout == ""


@pytest.mark.parametrize("command", ["info", "convert", "play", "export"])
def test_a_pipe_is_refused_at_once(canmcast, tmp_path, command):
    pipe, demo = tmp_path / "pipe.asc", PROJECT / "resources" / "demo.dbc"
    os.mkfifo(pipe)
    more = {
        "convert": [tmp_path / "out.asc"],
        "play": ["--local"],
        "export": [tmp_path / "out.csv", "--database", demo, "--signal", "WheelSpeeds.WheelSpeedFrontLeft"],
    }
    result = canmcast(command, pipe, *more.get(command, []))
    assert_one_line(result, 1, "pipe.asc cannot be read: it is a pipe (FIFO), not a file")
    assert not (tmp_path / "out.asc").exists()


def test_names_of_channels_are_converted_where_both_formats_have_them(canmcast, tmp_path):
    first, second = tmp_path / "a.mf4", tmp_path / "b.mf4"
    with open_writer(first) as writer:
        writer.name_channels({1: "body", 2: "powertrain"})
        writer.write(FrameBatch.from_columns([0, 1], [1, 2], [[0], [0]], channel=[1, 2]))
    assert canmcast("convert", first, second).returncode == 0
    reader = read_batches(second)
    assert sum(map(len, reader)) == 2
    assert reader.channel_names == {1: "body", 2: "powertrain"}
    assert "2 channels without name" in canmcast("convert", first, tmp_path / "c.asc").stderr


def test_a_channel_that_occurs_late_keeps_its_name(canmcast, tmp_path):
    paths = []
    for at, name in enumerate(("body", "chassis")):
        paths.append(tmp_path / f"{name}.mf4")
        with open_writer(paths[-1]) as writer:
            writer.name_channels({1: name})
            times = np.arange(70_000) * 1000 + at * 10**9
            writer.write(FrameBatch.from_columns(times, 1, np.zeros((70_000, 1), np.uint8), channel=1))
    for target in (tmp_path / "both.mf4", tmp_path / "both.log"):
        assert canmcast("convert", *paths, target).returncode == 0
        reader = read_batches(target)
        assert sum(map(len, reader)) == 140_000
        assert reader.channel_names == {1: "body", 2: "chassis"}


@pytest.mark.parametrize("suffix", ["mf4", "log"])
def test_record_writes_the_names_of_the_bus(suffix, start, canmcast, network, tmp_path):
    buses = [f"multicast:239.74.163.2,port={network.free_port()},interface=lo,hop_limit=0" for _ in range(2)]
    channels = ("--bus", f"body={buses[0]}", "--bus", f"powertrain={buses[1]}")
    path = tmp_path / f"out.{suffix}"
    record = start("record", path, *channels, "--count", 2).wait_until_listening()
    for at, bus in enumerate(buses):
        assert canmcast("send", "--bus", bus, f"10{at}#").returncode == 0
    assert record.result().returncode == 0
    reader = read_batches(path)
    frames = FrameBatch.concatenate(list(reader))
    assert (frames.channel.tolist(), reader.channel_names) == ([1, 2], {1: "body", 2: "powertrain"})
