"""python-can's driver for slcan with an adapter at a pseudo-terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from canmcast_gui.transport.errors import BusError
from tests.channels.channel import message, open_channel
from tests.support.slcan_adapter import SlcanAdapter
from tests.support.waiting import wait_until


@pytest.fixture
def adapter(tmp_path: Path) -> Iterator[SlcanAdapter]:
    """An adapter that is plugged in."""
    one = SlcanAdapter(tmp_path / "ttyACM0")
    yield one
    if one.path.is_symlink():
        one.unplug()


def test_frames_pass_both_ways(adapter: SlcanAdapter) -> None:
    """With the bit rate of the option; own frames are shown when the driver has accepted them."""
    with open_channel(f"slcan:{adapter.path},bitrate=500000,sleep_after_open=0") as channel:
        wait_until(lambda: adapter.lines[-1:] == ["O"])
        assert "S6" in adapter.lines
        adapter.say(b"t1232AABB", b"T18DAF110101", b"r0454", b"R000000012")
        channel.receive(4)
        assert channel.rows == [
            (0x123, "", "aabb"),
            (0x18DAF110, "EXTENDED", "01"),
            (0x045, "REMOTE", ""),
            (0x001, "EXTENDED REMOTE", ""),
        ]
        assert channel.frames.dlc.tolist() == [2, 1, 4, 2]
        channel.until(lambda: channel.capture.statistics().times == "the driver, in UTC")
        count = len(adapter.lines)
        channel.send(message(0x7FF, "0102"), message(0x1FFFFFFF), message(0x10, is_remote_frame=True, dlc=3))
        channel.receive(7)
        wait_until(lambda: len(adapter.lines) == count + 3)
        assert adapter.lines[count:] == ["t7FF20102", "T1FFFFFFF0", "r0103"]
        assert channel.rows[4:] == [
            (0x7FF, "TX", "0102"),
            (0x1FFFFFFF, "EXTENDED TX", ""),
            (0x010, "REMOTE TX", ""),
        ]
        with pytest.raises(BusError, match="opened without the option fd=true"):
            channel.send(message(1, is_fd=True))
    wait_until(lambda: adapter.lines[-1] == "C")


def test_can_fd(adapter: SlcanAdapter) -> None:
    """With both bit rates; the driver knows 2 and 5 Mbit/s."""
    bit_rates = "bitrate=250000,data_bitrate=2000000,fd=true"
    with open_channel(f"slcan:{adapter.path},{bit_rates},sleep_after_open=0") as channel:
        wait_until(lambda: {"S5", "Y2", "O"} <= set(adapter.lines))
        adapter.say(b"d1239" + b"01" * 12, b"B18DAF110F" + b"02" * 64)
        channel.receive(2)
        assert channel.rows == [
            (0x123, "FD", "01" * 12),
            (0x18DAF110, "EXTENDED FD BRS", "02" * 64),
        ]
        channel.send(message(0x124, "03" * 16, is_fd=True, bitrate_switch=True))
        wait_until(lambda: adapter.lines[-1] == "b124A" + "03" * 16)
    with (
        pytest.raises(BusError, match=r"choose one of 0, 2000000, 5000000"),
        open_channel(f"slcan:{adapter.path},bitrate=250000,data_bitrate=4000000,fd=true,sleep_after_open=0"),
    ):
        pass


def test_listen_only(adapter: SlcanAdapter) -> None:
    """The adapter is told so, and nothing is sent."""
    with open_channel(f"slcan:{adapter.path},listen_only=true,sleep_after_open=0") as channel:
        wait_until(lambda: adapter.lines == ["L"])
        channel.send(message(1))
        channel.until(lambda: channel.capture.statistics().send_failures == 1)
        adapter.say(b"t0010")
        channel.receive(1)
        assert adapter.lines == ["L"]


def test_garbage_on_the_line_is_counted(adapter: SlcanAdapter) -> None:
    """Frames after it arrive: also after bytes that are not text, with which the driver gets stuck."""
    with open_channel(f"slcan:{adapter.path},sleep_after_open=0") as channel:
        wait_until(lambda: adapter.lines == ["O"])
        adapter.say(b"t0010", b"tXYZ2AABB", b"t12", b"t0021GG", b"t0020", b"?", b"\x07", b"")
        channel.receive(2)
        assert channel.frames.arbitration_id.tolist() == [1, 2]
        channel.until(lambda: channel.capture.statistics().malformed == 3)
        adapter.say(b"\xff\xfe\x80")
        channel.until(lambda: channel.capture.statistics().malformed == 4)
        adapter.say(b"t0030")
        channel.receive(3)
        assert not channel.sentences


def test_an_adapter_that_is_unplugged_is_reported_and_returns(adapter: SlcanAdapter) -> None:
    """One sentence, attempts with increasing waits, and the same channel again."""
    with open_channel(f"body=slcan:{adapter.path},sleep_after_open=0") as channel:
        adapter.say(b"t0010")
        channel.receive(1)
        adapter.unplug()
        channel.until(lambda: channel.sentences)
        assert channel.sentences[0].startswith("body does not receive: ")
        assert channel.sentences[0].endswith(" The driver of the channel body is being restarted.")
        channel.until(lambda: len(channel.sentences) > 1 and channel.capture.pid is None)
        assert channel.sentences[1].startswith(f"body cannot be opened: could not open port {adapter.path}")
        adapter.plug_in()
        channel.until(lambda: len(channel.sentences) > 2, 15)
        assert channel.sentences[2:] == ["The driver of the channel body is running again."]
        adapter.say(b"t0020")
        assert channel.receive(2).arbitration_id.tolist() == [1, 2]
