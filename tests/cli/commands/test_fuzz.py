"""``canmcast fuzz``: the frames that stock peers receive, the log, and responses."""

import re
import time
from collections import Counter

import can
import pytest
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus
from click.testing import CliRunner

from canmcast_gui.cli.program import program
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import read_batches
from canmcast_gui.transmit import FuzzOptions
from canmcast_gui.transmit.fuzz.rows import FuzzRows
from tests.cli.commands.test_dump import option
from tests.cli.conftest import assert_one_line


def frames_in(path) -> FrameBatch:
    return FrameBatch.concatenate(list(read_batches(path)))


def content(batch: FrameBatch) -> list[tuple]:
    rows = zip(batch.arbitration_id.tolist(), batch.has(Flag.EXTENDED).tolist(), strict=True)
    return [(*row, batch.payload(number)) for number, row in enumerate(rows)]


def received_by(peer: StockBus, count: int) -> list[can.Message]:
    """The frames that come, in their order."""
    found, end = [], time.monotonic() + 20
    while len(found) < count:
        message = peer.recv(1.0)
        assert time.monotonic() < end, f"only {len(found)}"
        if message is not None:
            found.append(message)
    return found


@pytest.fixture
def peer(bus):
    """A stock bus in this process."""
    with StockBus(StockBus.DEFAULT_GROUP_IPv4, port=int(option(bus, "--port")), hop_limit=0) as peer:
        yield peer


@pytest.mark.parametrize("suffix", [".asc", ".blf"])
def test_the_log_has_the_frames_and_times_of_a_stock_peer(start, bus, peer, tmp_path, suffix):
    log = tmp_path / f"fuzz{suffix}"
    options = ("--ids", "100..10F", "--ids", "12345678", "--length", "2..4", "--seed", "7", "--count", "30")
    fuzz = start("fuzz", *bus, *options, "--rate", "500", "--log", log)
    received = received_by(peer, 30)
    result = fuzz.result()
    assert result.returncode == 0, result.stderr
    assert re.search("30 frames sent,.* seed 7", result.stderr)  # on a busy machine some are late
    written = frames_in(log)
    wanted = [(one.arbitration_id, one.is_extended_id, bytes(one.data)) for one in received]
    assert content(written) == wanted
    assert written.has(Flag.TX).all()
    for time_ns, message in zip(written.timestamp_ns.tolist(), received, strict=True):
        # ASC keeps microseconds, and its start only milliseconds; a busy machine takes its time.
        assert -0.002 < message.timestamp - time_ns / 1e9 < 2.0


def test_a_stock_peer_counts_the_requested_frames(canmcast, stock_peer, bus):
    counter = stock_peer("recv", "--port", option(bus, "--port"), "--count", 40, "--seconds", 20)
    options = ("--kind", "brs", "--can-fd", "--data", "A5 xx", "--byte", "2=10..1F", "--rate", "2000")
    result = canmcast("fuzz", *bus, *options, "--ids", "200..203", "--length", "12..64", "--count", "40")
    assert result.returncode == 0, result.stderr
    found = counter.result()
    assert sum(found["ids"].values()) == 40
    assert set(found["ids"]) <= {"200", "201", "202", "203"}
    for data in found["last"].values():
        payload = bytes.fromhex(data)
        assert len(payload) in (12, 16, 20, 24, 32, 48, 64)
        assert payload[0] == 0xA5
        assert 0x10 <= payload[2] <= 0x1F


def test_the_seed_determines_the_frames(canmcast, bus, peer):
    options = ("--seed", "11", "--count", "20", "--rate", "5000", "--kind", "classic")
    assert canmcast("fuzz", *bus, *options).returncode == 0
    wanted = content(FuzzRows(FuzzOptions(seed=11)).rows(0, 20))
    assert [
        (one.arbitration_id, one.is_extended_id, bytes(one.data)) for one in received_by(peer, 20)
    ] == wanted


def test_a_response_ends_it_and_the_frames_before_are_printed(start, bus, peer, stock_peer, tmp_path):
    log = tmp_path / "fuzz.log"
    port = option(bus, "--port")
    answering = stock_peer("answer", "--port", port, "--to", "105", "--until", "7FF", "--seconds", 20)
    options = ("--ids", "100..11F", "--length", "4", "--seed", "3", "--rate", "200", "--count", "0")
    result = start("fuzz", *bus, *options, "--stop-at", "id == 0x7E8", "--log", log).result()
    assert result.returncode == 0, result.stderr
    assert "7E8#" in result.stderr
    assert "received" in result.stderr
    printed = [line.split()[2] for line in result.stdout.splitlines()]
    assert any(line.startswith("105#") for line in printed)
    written = [f"{number:03X}#{data.hex().upper()}" for number, _extended, data in content(frames_in(log))]
    assert len(printed) <= 50
    assert any(written[end - len(printed) : end] == printed for end in range(len(written) + 1))
    peer.send(can.Message(arbitration_id=0x7FF, is_extended_id=False))
    found = answering.result()
    assert Counter(line[:3] for line in written) == Counter(
        {name: count for name, count in found["ids"].items() if name not in ("7E8", "7FF")}
    )


def test_it_stops_at_a_frame_on_a_channel_with_a_name(start, canmcast, network):
    buses = [f"multicast:239.74.163.2,port={network.free_port()},interface=lo,hop_limit=0" for _ in range(2)]
    channels = ("--bus", f"body={buses[0]}", "--bus", f"powertrain={buses[1]}")
    fuzz = start("fuzz", *channels, "--rate", "200", "--count", "0", "--stop-at", "channel == powertrain")
    sent = canmcast("dump", "--bus", buses[0], "--count", 1)
    assert sent.returncode == 0, sent.stderr
    for at in (0, 1):  # a frame of another source on the channel body does not end it
        assert canmcast("send", "--bus", buses[at], f"7E{at}#").returncode == 0
    result = fuzz.result()
    assert result.returncode == 0, result.stderr
    assert "received" in result.stderr and "7E1#" in result.stderr and "7E0#" not in result.stderr
    wrong = canmcast("fuzz", *channels, "--stop-at", "channel == powertrian")
    assert_one_line(wrong, 1, "Invalid filter in --stop-at", "Did you mean powertrain?")


def test_without_a_response_it_waits_and_reports_it(canmcast, bus):
    result = canmcast("fuzz", *bus, "--count", "5", "--rate", "1000", "--stop-at", "id == 1", "--wait", "0.1")
    assert result.returncode == 0
    assert result.stderr.splitlines()[0] == "canmcast: Frames stay on this computer (hop limit 0)"
    assert "no frame matched id == 1" in result.stderr
    assert not result.stdout


def test_ctrl_c_ends_it_with_a_complete_log(start, bus, peer, tmp_path):
    log = tmp_path / "fuzz.asc"
    fuzz = start("fuzz", *bus, "--count", "0", "--rate", "1000", "--log", log)
    received = received_by(peer, 50)
    result = fuzz.interrupt().result()
    assert result.returncode == 0, result.stderr
    while (message := peer.recv(0.1)) is not None:
        received.append(message)
    assert content(frames_in(log)) == [
        (one.arbitration_id, one.is_extended_id, bytes(one.data)) for one in received
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--ids", "900..100"), "range of ids"),
        (("--length", "9..11"), "A classic frame has 0 to 8"),
        (("--data", "1"), "hexadecimal bytes"),
        (("--byte", "1"), "range of a byte"),
        (("--no-fd", "--can-fd"), "--no-fd"),
        (
            ("--stop-at", "id =="),
            "Invalid filter in --stop-at: expected a number, found the end (at character 6)",
        ),
        (("--log", "/nowhere/fuzz.asc"), "fuzz.asc"),
        (("--log", "fuzz.unknown"), "unknown"),
    ],
)
def test_impossible_options_are_one_line(bus, options, words):
    result = CliRunner().invoke(program, ["fuzz", *bus, *options])
    assert result.exit_code == 1
    assert not result.stdout
    assert len(result.stderr.splitlines()) == 1
    assert words in result.stderr


def test_each_option_describes_its_value():
    text = CliRunner().invoke(program, ["fuzz", "--help"]).output
    for name in ("--ids A..B", "--data HEX", "--rate N", "--count N", "--seed N", "--log FILE", "--stop-at"):
        assert name in text
