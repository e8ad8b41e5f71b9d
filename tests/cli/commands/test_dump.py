"""``canmcast dump`` against stock peers."""

import io
import json
import signal
from typing import get_args

import can
import pytest

from canmcast_gui.processes.priority import Priority
from tests.cli.conftest import assert_one_line

REPORT_NAMES = {
    "received",
    "sent",
    "dropped_kernel",
    "dropped_ring",
    "malformed",
    "foreign",
    "recorded",
    "duration_s",
    "receive_buffer_bytes",
    "priority",
}


def option(bus: tuple[str, ...], name: str) -> str:
    return bus[bus.index(name) + 1]


def test_frames_of_a_stock_peer_are_printed_in_order(start, stock_peer, bus, tmp_path):
    dump = start("dump", *bus, "--count", 300, "--report", tmp_path / "r.json").wait_until_listening()
    stock_peer("send", "--port", option(bus, "--port"), "--rate", 2000, "--count", 300).result()
    result = dump.result()
    assert result.returncode == 0
    frames = list(can.CanutilsLogReader(io.StringIO(result.stdout)))
    assert [int.from_bytes(frame.data, "big") for frame in frames] == list(range(300))
    assert frames[5].arbitration_id == 0x105
    assert frames == sorted(frames, key=lambda frame: frame.timestamp)
    report = json.loads((tmp_path / "r.json").read_text())
    assert report.keys() == REPORT_NAMES
    assert (report["received"], report["dropped_kernel"], report["malformed"]) == (300, 0, 0)
    assert report["receive_buffer_bytes"] > 0
    assert report["priority"] in get_args(Priority)
    assert report["duration_s"] > 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_at_a_signal(number, start, canmcast, bus, tmp_path):
    dump = start("dump", *bus, "--report", tmp_path / "r.json").wait_until_listening()
    assert canmcast("send", *bus, "123#01").returncode == 0
    assert dump.process.stdout.readline().endswith(" can0 123#01\n")
    result = dump.interrupt(number).result()
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    assert json.loads((tmp_path / "r.json").read_text())["received"] == 1


def test_it_ends_after_the_duration(canmcast, bus):
    result = canmcast("dump", *bus, "--duration", "0.1")
    assert (result.returncode, result.stdout) == (0, "")


def test_a_group_of_the_other_family(start, canmcast, stock_peer, network, group):
    bus = ("--group", group, "--port", network.free_port(), "--interface", "lo", "--hop-limit", 0)
    dump = start("dump", *bus, "--count", 2).wait_until_listening()
    assert canmcast("send", *bus, "123#01", "1F334455##1AABB").returncode == 0
    lines = dump.result().stdout.splitlines()
    assert [line.split()[2] for line in lines] == ["123#01", "1F334455##1AABB"]


def test_a_report_that_cannot_be_written_is_an_error(canmcast, bus, tmp_path):
    result = canmcast("dump", *bus, "--duration", "0", "--report", tmp_path / "absent" / "r.json")
    assert result.returncode == 1
    assert "absent" in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


def test_only_frames_that_pass_a_filter_are_printed(start, canmcast, bus):
    dump = start("dump", *bus, "--filter", "id in 0x100..0x1FF and length > 1", "--count", 2)
    dump.wait_until_listening()
    assert (
        canmcast("send", *bus, "123#01", "123#0102", "456#0102", "1FF##0010203", "100#0102").returncode == 0
    )
    assert [line.split()[2] for line in dump.result().stdout.splitlines()] == ["123#0102", "1FF##0010203"]


def test_a_filter_finds_a_channel_by_its_name(start, canmcast, network):
    body, powertrain = (
        f"multicast:239.74.163.2,port={network.free_port()},interface=lo,hop_limit=0" for _ in range(2)
    )
    channels = ("--bus", f"body={body}", "--bus", f"powertrain={powertrain}")
    dump = start("dump", *channels, "--filter", "channel == powertrain", "--count", 1)
    dump.wait_until_listening()
    for at, bus in enumerate((body, powertrain), 1):
        assert canmcast("send", "--bus", bus, f"{at}00#").returncode == 0
    assert dump.result().stdout.split()[1:] == ["can1", "200#"]
    wrong = canmcast("dump", *channels, "--filter", "channel == powertrian")
    assert_one_line(wrong, 1)
    assert "Did you mean powertrain?" in wrong.stderr


def test_an_invalid_filter_is_an_error(canmcast, bus):
    assert_one_line(canmcast("dump", *bus, "--filter", "id == "), 1)


def test_an_interface_that_goes_down_and_returns_is_reported(start, network, spare_interface):
    options = ("--group", "239.74.163.2", "--port", network.free_port(), "--interface", spare_interface.name)
    dump = start("dump", *options, "--hop-limit", 0).wait_until_listening()
    spare_interface.down()
    said = dump.process.stderr.readline()
    assert said == "canmcast: reception problem: the interface cmspare is down\n"
    spare_interface.up()
    assert dump.process.stderr.readline() == "canmcast: frames are received again\n"
    assert dump.interrupt().result().returncode == 0
