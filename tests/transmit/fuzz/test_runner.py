"""Fuzz runs in the transmit process: what is told is what a receiver heard, and an answer ends it."""

import time

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import (
    FuzzAnswer,
    FuzzOptions,
    FuzzSent,
    FuzzStatus,
    SendFailed,
    Transmitter,
)
from canmcast_gui.transmit.fuzz.rows import FuzzRows
from canmcast_gui.transport.settings import BusSettings
from tests.transmit.stage import EARS, PATIENCE, SENDER, news, receive

pytestmark = pytest.mark.network
RUN = 7


@pytest.fixture
def transmitter(settings):
    with Transmitter(SENDER, settings.to_dict(), EARS) as transmitter:
        yield transmitter


@pytest.fixture
def other(settings):
    with Transmitter(SENDER, settings.to_dict()) as other:
        yield other


def is_state(*states: str):
    return lambda one: isinstance(one, FuzzStatus) and one.state in states


def told(found: list) -> FrameBatch:
    """All frames that were told to have left."""
    return FrameBatch.concatenate([one.frames for one in found if isinstance(one, FuzzSent)])


def content(batch: FrameBatch) -> list[tuple[int, int, int, bytes]]:
    """Frames without their times."""
    flags = (batch.flags & ~np.uint16(Flag.TX)).tolist()
    rows = zip(batch.arbitration_id.tolist(), flags, batch.dlc.tolist(), strict=True)
    return [(*row, batch.payload(number)) for number, row in enumerate(rows)]


def answer(arbitration_id: int = 0x7E8) -> FrameBatch:
    return FrameBatch.from_columns(0, [arbitration_id], [[1, 2]])


def test_what_is_told_is_what_was_heard_in_its_order_and_time(transmitter, receiver):
    options = FuzzOptions(((0, 0x1FFFFFFF, True),), kinds=("classic", "brs", "remote"), seed=5,
                          period_ns=500_000, count=300)  # fmt: skip
    transmitter.fuzz.start(RUN, options, report_frames=True)
    found = news(transmitter, is_state("ended"))
    heard, sent = receive(receiver, 300), told(found)
    assert content(heard) == content(sent) == content(FuzzRows(options).rows(0, 300))
    assert (heard.timestamp_ns >= sent.timestamp_ns).all()
    assert sent.has(Flag.TX).all()
    assert (found[-1].sent, found[-1].skipped) == (300, 0)
    assert transmitter.sent == 300


def test_who_did_not_ask_is_not_told_each_frame(transmitter, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=100_000, count=20))
    found = news(transmitter, is_state("ended"))
    assert not any(isinstance(one, FuzzSent) for one in found)
    assert len(receive(receiver, 20)) == 20


def test_an_answer_stops_it_at_once_and_what_left_before_is_told(transmitter, other, receiver):
    transmitter.fuzz.start(
        RUN, FuzzOptions(period_ns=1_000_000, count=None), "id == 0x7E8", report_frames=True
    )
    receive(receiver, 100)
    other.send(answer(0x123))
    other.send(answer())
    found = news(transmitter, is_state("answered"))
    heard = next(one for one in found if isinstance(one, FuzzAnswer))
    sent = told(found)
    assert content(heard.frame) == content(answer())
    assert len(heard.before) == 50
    assert heard.before.timestamp_ns[-1] <= heard.frame.timestamp_ns[0]
    last = len(sent) - heard.after
    assert content(heard.before) == content(sent[last - 50 : last])
    assert found[-1].sent == len(sent)
    receiver.drain()
    assert not wait_for(receiver.fileno(), 0.05)


def test_after_an_answer_it_can_go_on_to_the_next(transmitter, other, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=1_000_000, count=None), "id == 0x7E8")
    for _ in range(2):
        receive(receiver, 10)
        other.send(answer())
        found = news(transmitter, is_state("answered"))
        assert sum(isinstance(one, FuzzAnswer) for one in found) == 1
        receiver.drain()
        transmitter.fuzz.play(RUN)
        assert news(transmitter, is_state("playing"))
    assert len(receive(receiver, 10)) >= 10


def test_an_answer_to_the_last_frame_counts(transmitter, other, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=1000, count=3), "id == 0x7E8")
    assert news(transmitter, is_state("ended"))
    other.send(answer())
    found = news(transmitter, is_state("answered"))
    heard = next(one for one in found if isinstance(one, FuzzAnswer))
    assert (len(heard.before), heard.after) == (3, 0)


def test_what_comes_long_after_the_last_frame_is_no_answer(transmitter, other, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=1000, count=3), "id == 0x7E8", wait=0.0)
    assert news(transmitter, is_state("ended"))
    other.send(answer())
    receive(receiver, 4)
    transmitter.fuzz.play(RUN)
    assert transmitter.fuzz.stop_and_wait(RUN, PATIENCE)
    left = transmitter.poll()
    assert not any(isinstance(one, FuzzAnswer) for one in left)
    assert left[-1].sent == 3


def test_own_frames_are_no_answer(transmitter, receiver):
    options = FuzzOptions(((0x7E8, 0x7E8, False),), period_ns=100_000, count=50)
    transmitter.fuzz.start(RUN, options, "id == 0x7E8")
    found = news(transmitter, is_state("ended", "answered"))
    assert found[-1].state == "ended"
    assert len(receive(receiver, 50)) == 50


def test_steps_and_pauses(transmitter, receiver):
    options = FuzzOptions(period_ns=10_000_000, count=5, seed=9)
    transmitter.fuzz.start(RUN, options, report_frames=True, paused=True)
    assert transmitter.flush(PATIENCE)
    transmitter.fuzz.step(RUN)
    transmitter.fuzz.step(RUN)
    assert len(receive(receiver, 2)) == 2
    assert not wait_for(receiver.fileno(), 0.05)
    transmitter.fuzz.play(RUN)
    found = news(transmitter, is_state("ended"))
    assert len(receive(receiver, 3)) == 3
    assert content(told(found)) == content(FuzzRows(options).rows(0, 5))


def test_what_had_left_is_told_before_the_end_is(transmitter, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=100_000, count=None), report_frames=True)
    heard = receive(receiver, 50)
    assert transmitter.fuzz.stop_and_wait(RUN, PATIENCE)
    found = transmitter.poll()
    assert found[-1].state == "stopped"
    sent = told(found)
    assert found[-1].sent == len(sent) == transmitter.sent
    heard = FrameBatch.concatenate([heard, receive(receiver, len(sent) - len(heard))])
    assert content(heard) == content(sent)
    assert transmitter.fuzz.running == frozenset()


def test_stop_all_stops_it(transmitter, receiver):
    transmitter.fuzz.start(RUN, FuzzOptions(count=None))
    receive(receiver, 2)
    transmitter.stop_all()
    assert news(transmitter, is_state("stopped"))


def test_the_limit_of_the_program_holds_it_back(transmitter, receiver):
    transmitter.set_rate_limit(200)
    transmitter.fuzz.start(RUN, FuzzOptions(period_ns=10_000, count=60))
    times = receive(receiver, 60).timestamp_ns
    # 20 ms worth of frames may leave at once.
    assert (times[-1] - times[0]) / 1e9 >= (60 - 5) / 200


def test_a_log_that_nobody_takes_holds_the_run_and_loses_nothing(transmitter, receiver):
    transmitter.fuzz.start(
        RUN, FuzzOptions(period_ns=1000, count=100_000, lengths=(0, 0)), report_frames=True
    )
    end = time.monotonic() + PATIENCE
    while len(receiver.drain(65536)) or wait_for(receiver.fileno(), 0.3):
        assert time.monotonic() < end
    found = news(transmitter, is_state("ended"))
    assert len(told(found)) == found[-1].sent == 100_000


def test_a_run_that_cannot_be_is_said(settings, receiver):
    with Transmitter(SENDER, settings.to_dict()) as deaf:
        deaf.fuzz.start(RUN, FuzzOptions(), "id == 1")
        found = news(deaf, is_state("failed"))
        found += news(deaf, lambda one: isinstance(one, SendFailed)) if not any(
            isinstance(one, SendFailed) for one in found) else []  # fmt: skip
        assert "cannot receive" in next(one.sentence for one in found if isinstance(one, SendFailed))
        assert deaf.fuzz.running == frozenset()


def test_frames_that_are_not_for_the_bus_are_counted(network):
    settings = BusSettings.this_computer(port=network.free_port(), fd=False)
    with Transmitter(SENDER, settings.to_dict()) as transmitter:
        transmitter.fuzz.start(RUN, FuzzOptions(kinds=("classic", "fd"), period_ns=100_000, count=100))
        last = news(transmitter, is_state("ended"))[-1]
        assert last.skipped > 10
        assert last.sent == 100 - last.skipped
