"""A driver that fails: in bounded time, with one clear sentence, and with nothing that remains."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from canmcast_gui.channels.adapter import client
from canmcast_gui.channels.adapter.device import SEND_HANGS_SECONDS
from canmcast_gui.processes import supervised
from canmcast_gui.transport.errors import BusError
from tests.channels.channel import message, open_channel
from tests.support import faulty_bus
from tests.support.faulty_bus import GARBAGE_MESSAGES, REASON

RESTARTED = "The driver of the channel faulty:{} is being restarted."


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty_bus.install(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("raises", f"faulty:raises cannot be opened: {REASON}"),
        ("gone", f"faulty:gone does not receive: {REASON}"),
        ("recv-raises", f"faulty:recv-raises does not receive: {REASON}"),
        ("exits", "The driver of the channel faulty:exits ended with exit code 3."),
    ],
)
def test_a_driver_that_does_not_open_gives_its_reason(address: str, sentence: str) -> None:
    """Also one that opens and then never receives."""
    with pytest.raises(BusError) as caught, open_channel(f"faulty:{address}"):
        pass
    assert str(caught.value) == sentence


def test_a_driver_that_hangs_while_it_opens_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the channel."""
    monkeypatch.setattr(supervised, "START_SECONDS", 2.0)
    started = time.monotonic()
    with pytest.raises(BusError) as caught, open_channel("powertrain=faulty:hangs"):
        pass
    assert str(caught.value) == "The driver of the channel powertrain was not ready within 2 s."
    assert time.monotonic() - started < 6.0
    assert not psutil.Process().children()


def test_a_device_that_disappears_is_reported_and_opened_again() -> None:
    """Its frames are kept and counted over all restarts."""
    with open_channel("faulty:gone-later") as channel:
        channel.until(lambda: len(channel.sentences) >= 2)
        assert channel.sentences[:2] == [
            f"faulty:gone-later does not receive: {REASON}. {RESTARTED.format('gone-later')}",
            "The driver of the channel faulty:gone-later is running again.",
        ]
        channel.receive(6)
        assert channel.frames.arbitration_id.tolist()[:6] == [1, 2, 3, 1, 2, 3]
        assert channel.capture.statistics().received == len(channel)


def test_drivers_that_hang_are_killed_and_started_again() -> None:
    """While they receive, and while they send; the sender of another channel does not wait."""
    with (
        open_channel("faulty:recv-hangs") as receiving,
        open_channel("faulty:send-hangs") as sending,
        open_channel("faulty:good") as good,
    ):
        started = time.monotonic()
        receiving.receive(6)
        sending.receive(6)
        good.receive(6)
        sending.send(message(1))
        too_slow = "faulty:send-hangs cannot send: its driver takes frames more slowly than they are sent"
        with pytest.raises(BusError, match=too_slow):
            for number in range(2000):
                sending.send(message(number))
        assert time.monotonic() - started < SEND_HANGS_SECONDS
        before = time.monotonic()
        for number in range(10):
            with pytest.raises(BusError, match="more slowly"):
                sending.send(message(number))
            good.send(message(number))
        assert time.monotonic() - before < 1.0
        good.receive(16)

        def both_are_reported() -> bool:
            sending.poll()
            return bool(receiving.sentences and sending.sentences)

        receiving.until(both_are_reported, client.HANGS_SECONDS + 10)
        assert receiving.sentences[0] == (
            "The driver of the channel faulty:recv-hangs does not answer; it is started again."
        )
        assert sending.sentences[0] == (
            "faulty:send-hangs does not send: its driver does not answer. "
            "The driver of the channel faulty:send-hangs is being restarted."
        )
        receiving.receive(12)
        sending.receive(12)
        assert not good.sentences
        assert good.capture.statistics().sent == 10


@pytest.mark.parametrize("address", ["shutdown-hangs", "shutdown-raises", "late", "floods"])
def test_closing_takes_bounded_time(address: str) -> None:
    """Of a driver that hangs, raises, returns late, or never stops to deliver. No process remains."""
    with open_channel(f"faulty:{address}") as channel:
        channel.receive(6)
        started = time.monotonic()
    assert time.monotonic() - started < 3.0
    assert not psutil.Process().children()
    assert not channel.sentences


def test_messages_that_are_not_frames_are_counted() -> None:
    """Nothing raises, and frames between them arrive."""
    with open_channel("faulty:garbage") as channel:
        assert channel.receive(2).arbitration_id.tolist() == [1, 2]
        channel.until(lambda: channel.capture.statistics().malformed == GARBAGE_MESSAGES)
        statistics = channel.capture.statistics()
        assert statistics.received == 2
        assert statistics.malformed_by_kind == {"not a valid frame": GARBAGE_MESSAGES}
        assert not channel.sentences


def test_errors_between_frames_are_counted() -> None:
    """A driver that raises at every second call still delivers."""
    with open_channel("faulty:sometimes-raises") as channel:
        assert channel.receive(3).arbitration_id.tolist() == [1, 3, 5]
        channel.until(lambda: channel.capture.statistics().malformed == 3)
        assert not channel.sentences


def test_a_driver_that_does_not_wait_takes_little_time() -> None:
    """It returns at once although it was asked to wait."""
    with open_channel("faulty:impatient") as channel:
        process = psutil.Process(channel.capture.pid)
        started, before = time.monotonic(), process.cpu_times()
        channel.until(lambda: time.monotonic() - started > 1.0)
        used = process.cpu_times().user - before.user + process.cpu_times().system - before.system
        assert used < 0.5


def test_refused_frames_are_counted_with_the_reason() -> None:
    """And those that a slow driver accepts are shown as sent, each once, in order."""
    with open_channel("faulty:send-raises") as channel:
        channel.receive(6)
        channel.send(message(1), message(2))
        channel.until(lambda: channel.capture.statistics().send_failures == 2)
        assert channel.capture.statistics().send_failure == REASON
        assert len(channel) == 6
    with open_channel("faulty:send-is-slow") as channel:
        channel.receive(6)
        channel.send(*(message(0x100 + number) for number in range(20)))
        frames = channel.receive(26)
        assert [row for row in channel.rows if row[1] == "TX"] == [
            (0x100 + number, "TX", "") for number in range(20)
        ]
        assert frames.timestamp_ns[-1] - frames.timestamp_ns[-20] >= 0.019 * 19 * 1e9
        channel.until(lambda: channel.capture.statistics().sent == 20)
