"""Sending on time from a real process, to stock peers and to a receiver."""

import os
import signal
import time
from contextlib import closing

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import (
    Discarded,
    HeldBack,
    Job,
    JobStatus,
    SendFailed,
    TransmitError,
    Transmitter,
)
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.support.waiting import wait_until
from tests.transmit.stage import MS, PATIENCE, SENDER, events, frame, receive

pytestmark = pytest.mark.network


def kill(transmitter: Transmitter, number: int = signal.SIGKILL) -> None:
    os.kill(transmitter.pid, number)
    os.waitid(os.P_PID, transmitter.pid, os.WEXITED | os.WNOWAIT)


def restart(transmitter: Transmitter) -> list[str]:
    sentences, end = [], time.monotonic() + PATIENCE
    while not sentences or "is running again" not in sentences[-1]:
        assert time.monotonic() < end, "not restarted"
        if sentence := transmitter.supervise():
            sentences.append(sentence)
        time.sleep(0.01)
    return sentences


def test_its_address_is_the_source_of_its_frames(transmitter, receiver):
    transmitter.send(frame())
    batch = receive(receiver, 1)
    source = receiver.sources[int(batch.source[0])]
    assert (source.address, source.port) in transmitter.addresses


def test_a_stock_peer_receives_all_single_frames_in_order(transmitter, settings, stock_peer):
    count = 120  # less than a stock peer buffers while it does not run: about 234 frames, by the kernel
    peer = stock_peer("recv", "--group", settings.group, "--port", settings.port, "--count", count)
    numbers = np.arange(count, dtype=">u8").view(np.uint8).reshape(count, 8)
    for start in range(0, count, 30):
        transmitter.send(FrameBatch.from_columns(0, 0x100, numbers[start : start + 30]))
    assert transmitter.flush(PATIENCE)
    result = peer.result()
    assert (result["received"], result["missing"]) == (count, 0)
    assert transmitter.sent == count


def test_after_flush_the_frames_are_on_the_wire(transmitter, receiver):
    transmitter.send(FrameBatch.concatenate([frame(data=bytes([n % 256])) for n in range(500)]))
    assert transmitter.flush(PATIENCE)
    batch = receiver.drain()
    assert batch.data[:, 0].tolist() == [n % 256 for n in range(500)]
    assert transmitter.flush(PATIENCE)


def test_payloads_and_flags_arrive_as_they_were(transmitter, receiver):
    sent = FrameBatch.concatenate(
        [
            frame(0x1FFFFFFF, bytes(range(64)), Flag.FD | Flag.EXTENDED | Flag.BRS),
            frame(0x7FF, b"", Flag.REMOTE),
            frame(0, b"\xff" * 8, Flag.ERROR),
            frame(1, bytes(range(12)), Flag.FD | Flag.ESI),
        ]
    )
    transmitter.send(sent)
    batch = receive(receiver, 4)
    assert [batch.payload(row) for row in range(4)] == [sent.payload(row) for row in range(4)]
    assert batch.flags.tolist() == sent.flags.tolist()
    assert batch.arbitration_id.tolist() == sent.arbitration_id.tolist()


def test_a_job_sends_its_count_and_reports_it(transmitter, receiver):
    transmitter.jobs.arm(Job(7, frame(), 2 * MS, count=25))
    assert transmitter.jobs.armed == {7}
    last = events(transmitter, lambda event: event.finished)[-1]
    assert (last.job_id, last.sent, last.finished) == (7, 25, True)
    assert transmitter.jobs.armed == frozenset()
    assert len(receive(receiver, 25)) == 25
    assert transmitter.sent == 25


def test_changes_of_an_armed_job_follow_one_another(transmitter, receiver):
    batches = []
    for value in range(6):
        transmitter.jobs.arm(Job(1, frame(data=bytes([value])), 2 * MS))
        batches.append(receive(receiver, 5))
    values = FrameBatch.concatenate(batches).data[:, 0].tolist()
    assert values == sorted(values)
    assert set(values) == set(range(6))
    assert transmitter.jobs.armed == {1}


def test_jobs_end_when_they_are_disarmed(transmitter, receiver):
    for number in range(3):
        transmitter.jobs.arm(Job(number, frame(0x100 + number), MS))
    receive(receiver, 30)
    transmitter.jobs.disarm(0)
    transmitter.jobs.disarm(99)
    assert transmitter.flush(PATIENCE)
    receiver.drain()
    assert set(receive(receiver, 20).arbitration_id.tolist()) == {0x101, 0x102}
    transmitter.stop_all()
    assert transmitter.flush(PATIENCE)
    receiver.drain()
    assert not wait_for(receiver.fileno(), 0.05)
    assert transmitter.jobs.armed == frozenset()


def test_the_last_status_of_a_job_counts_all_its_frames(transmitter, receiver):
    for number, end in ((1, lambda: transmitter.jobs.disarm(1)), (2, transmitter.stop_all)):
        before = transmitter.sent
        transmitter.jobs.arm(Job(number, frame(), MS))
        receive(receiver, 20)
        end()
        last = events(transmitter, lambda event: isinstance(event, JobStatus) and event.finished)[-1]
        assert last.job_id == number
        assert last.sent == transmitter.sent - before
        receiver.drain()


def test_events_of_an_earlier_job_with_the_same_number_are_dropped(transmitter, receiver):
    transmitter.jobs.arm(Job(1, frame(), MS, count=3))
    receive(receiver, 3)
    assert wait_for(transmitter.fileno(), PATIENCE)  # events are there, unread
    transmitter.jobs.arm(Job(1, frame(), 10 * MS))
    assert not any(event.finished for event in events(transmitter, lambda event: event.sent >= 1))
    assert transmitter.jobs.armed == {1}


def test_wrong_frames_are_refused_before_any_is_sent(transmitter, receiver):
    wrong = frame(0x800)
    with pytest.raises(TransmitError, match="Frame 2 of 2"):
        transmitter.send(FrameBatch.concatenate([frame(), wrong]))
    with pytest.raises(TransmitError, match="0x800"):
        transmitter.jobs.arm(Job(1, wrong, MS))
    with pytest.raises(TransmitError, match="period"):
        transmitter.jobs.arm(Job(1, frame(), 0))
    assert transmitter.flush(PATIENCE)
    assert len(receiver.drain()) == 0


def test_frames_that_the_bus_refuses_are_reported_and_others_are_sent(network):
    settings = BusSettings.this_computer(port=network.free_port(), fd=False)
    with (
        closing(Receiver(settings)) as receiver,
        Transmitter(SENDER, settings.to_dict()) as transmitter,
    ):
        transmitter.send(FrameBatch.concatenate([frame(1), frame(2, bytes(12), Flag.FD), frame(3)]))
        assert transmitter.flush(PATIENCE)
        assert receive(receiver, 2).arbitration_id.tolist() == [1, 3]
        failed = events(transmitter, lambda event: isinstance(event, SendFailed))
        assert "FD" in failed[0].sentence
        assert transmitter.sent == 2
        transmitter.jobs.arm(Job(1, frame(2, bytes(12), Flag.FD), MS))
        assert JobStatus(1, 0, 0, True) in events(transmitter, lambda event: isinstance(event, JobStatus))
        assert transmitter.jobs.armed == frozenset()


@pytest.mark.parametrize(
    ("factory", "settings", "words"),
    [
        (SENDER, {"group": "10.0.0.1"}, "10.0.0.1"),
        (SENDER, {"interface": "nosuch0"}, "nosuch0"),
        ("canmcast_gui.transport.sender:no_such_function", {}, "no_such_function"),
        ("no_such_module:open", {}, "no_such_module"),
    ],
)
def test_a_sender_that_cannot_be_opened_says_why(factory, settings, words):
    with pytest.raises(TransmitError, match=words):
        Transmitter(factory, {**BusSettings.this_computer().to_dict(), **settings})


def test_after_a_crash_lost_jobs_are_named_and_nothing_is_armed(transmitter, receiver):
    transmitter.jobs.arm(Job(3, frame(3), MS, name="Speed"))
    transmitter.jobs.arm(Job(8, frame(0x18), MS))
    receive(receiver, 10)
    events(transmitter, lambda event: event.sent)
    sent, address, fileno = transmitter.sent, transmitter.addresses, transmitter.fileno()
    kill(transmitter)
    first, *_, last = restart(transmitter)
    assert first == (
        "The transmit process was ended by SIGKILL. The transmit process is being restarted."
        " No longer being sent: Speed, 18."
    )
    assert last == "The transmit process is running again."
    assert transmitter.sent >= sent > 0
    assert transmitter.fileno() == fileno
    assert transmitter.addresses != address
    assert transmitter.jobs.armed == frozenset()
    receiver.drain()
    assert not wait_for(receiver.fileno(), 0.05)
    transmitter.send(frame(9))
    assert receive(receiver, 1).arbitration_id.tolist() == [9]


def test_while_there_is_no_process_sending_is_refused(transmitter):
    kill(transmitter)
    transmitter.supervise()
    with pytest.raises(TransmitError, match="restarted"):
        transmitter.send(frame())
    with pytest.raises(TransmitError, match="restarted"):
        transmitter.jobs.arm(Job(1, frame(), MS))
    transmitter.jobs.disarm(1)
    transmitter.stop_all()
    restart(transmitter)


def test_a_suspended_process_does_not_block_the_program_and_continues(transmitter, receiver):
    os.kill(transmitter.pid, signal.SIGSTOP)
    transmitter.send(FrameBatch.concatenate([frame()] * 20_000))
    assert not transmitter.flush(0.01)
    assert transmitter.supervise() is None
    os.kill(transmitter.pid, signal.SIGCONT)
    assert transmitter.flush(PATIENCE)
    assert transmitter.sent == 20_000


def test_events_that_are_not_read_do_not_accumulate(transmitter, receiver):
    for number in range(50):
        transmitter.jobs.arm(Job(number, frame(0x100 + number), MS))
    receive(receiver, 2000)
    assert wait_for(transmitter.fileno(), PATIENCE)
    assert len(transmitter.poll()) <= 4096


def test_jobs_armed_together_are_sent_together(transmitter, receiver):
    with transmitter.together():
        for number in range(50):
            transmitter.jobs.arm(Job(number, frame(0x100 + number), 20 * MS))
        transmitter.jobs.disarm(7)
    batch = receive(receiver, 98)
    assert batch.arbitration_id[:49].tolist() == [0x100 + n for n in range(50) if n != 7]
    assert int(np.ptp(batch.timestamp_ns[:49])) < 20 * MS


def test_period_and_jitter_are_measured(transmitter, receiver):
    transmitter.jobs.arm(Job(1, frame(), 5 * MS))
    last = events(transmitter, lambda event: event.sent > 40)[-1]
    assert last.period_ns == pytest.approx(5 * MS, rel=0.2)
    assert last.jitter_ns >= 0


def test_the_rate_limit_holds_back_jobs_and_lets_single_frames_wait(transmitter, receiver):
    with pytest.raises(TransmitError, match="limit"):
        transmitter.set_rate_limit(0)
    transmitter.set_rate_limit(1000)
    start = time.monotonic()
    transmitter.send(FrameBatch.concatenate([frame()] * 100))
    assert transmitter.flush(PATIENCE)
    assert time.monotonic() - start > 0.07
    with transmitter.together():
        for number in range(10):
            transmitter.jobs.arm(Job(number, frame(), MS))
    assert events(transmitter, lambda event: isinstance(event, HeldBack) and event.frames > 0)
    assert events(transmitter, lambda event: isinstance(event, JobStatus) and event.late > 0)
    transmitter.set_rate_limit(None)


def test_the_rate_limit_holds_after_a_restart(transmitter, receiver):
    transmitter.set_rate_limit(100)
    kill(transmitter)
    restart(transmitter)
    start = time.monotonic()
    transmitter.send(FrameBatch.concatenate([frame()] * 12))
    assert transmitter.flush(PATIENCE)
    assert time.monotonic() - start > 0.08


def stop_for(transmitter, milliseconds: int) -> None:
    """Stop the process, as a busy or sleeping computer does, for some due times of a job of 1 ms."""
    end = time.monotonic() + milliseconds / 1000
    os.kill(transmitter.pid, signal.SIGSTOP)
    wait_until(lambda: time.monotonic() > end)
    os.kill(transmitter.pid, signal.SIGCONT)


def test_late_frames_are_left_out_or_sent_late_and_counted_either_way(transmitter, receiver):
    transmitter.jobs.arm(Job(1, frame(), MS))
    events(transmitter, lambda event: isinstance(event, JobStatus) and event.sent > 0)
    stop_for(transmitter, 30)
    last = events(transmitter, lambda event: isinstance(event, JobStatus) and event.late > 20)[-1]
    assert last.left_out == last.late
    transmitter.set_late_frames(catch_up=True)
    assert transmitter.flush(PATIENCE)
    stop_for(transmitter, 30)
    assert events(transmitter, lambda event: isinstance(event, JobStatus) and event.late > event.left_out)


def test_the_way_of_late_frames_holds_after_a_restart(transmitter, receiver):
    transmitter.set_late_frames(catch_up=True)
    kill(transmitter)
    restart(transmitter)
    transmitter.jobs.arm(Job(1, frame(), MS))
    events(transmitter, lambda event: isinstance(event, JobStatus) and event.sent > 0)
    stop_for(transmitter, 30)
    assert events(transmitter, lambda event: isinstance(event, JobStatus) and event.late > event.left_out)


def test_stop_all_drops_waiting_frames_and_counts_them(transmitter, receiver):
    transmitter.set_rate_limit(100)
    transmitter.send(FrameBatch.concatenate([frame()] * 1000))
    assert not transmitter.flush(0.05)
    transmitter.stop_all()
    assert transmitter.flush(PATIENCE)
    dropped = events(transmitter, lambda event: isinstance(event, Discarded))[-1].frames
    assert len(receiver.drain()) == transmitter.sent == 1000 - dropped
    assert 900 < dropped < 1000
    transmitter.set_rate_limit(None)
    transmitter.send(frame(9))
    assert receive(receiver, 1).arbitration_id.tolist() == [9]


def test_too_many_waiting_frames_are_refused_and_stop_all_still_works(transmitter, receiver, monkeypatch):
    monkeypatch.setattr("canmcast_gui.transmit.client.transmitter.PATIENCE_SECONDS", 0.2)
    transmitter.set_rate_limit(10)
    many = FrameBatch.concatenate([frame()] * 65_536)
    with pytest.raises(TransmitError, match="frames wait to be sent already"):
        for _ in range(4):
            transmitter.send(many)
    transmitter.stop_all()
    found = events(transmitter, lambda event: isinstance(event, Discarded))
    assert sum(event.frames for event in found if isinstance(event, Discarded)) > 131_000
    transmitter.set_rate_limit(None)
    transmitter.send(many)
    assert transmitter.flush(PATIENCE)
