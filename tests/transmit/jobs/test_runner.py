"""Jobs that received frames trigger, and generated payloads, in a real process on a real bus."""

import psutil
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import HeldBack, Job, JobStatus, SendFailed, TransmitError, Transmitter, Trigger
from canmcast_gui.transmit.jobs.schedule import MAX_PENDING
from canmcast_gui.transmit.payload import Checksum, Counter, ScaledField
from tests.transmit.stage import MS, RECEIVER, SENDER, events, frame, ready, receive

pytestmark = pytest.mark.network


def test_each_matching_frame_triggers_a_send_after_the_delay(pair, receiver):
    transmitter, other = pair
    counter = (Counter(ScaledField(0, 8)),)
    trigger = Trigger("id == 0x100 and data[0] & 1", 20 * MS)
    transmitter.jobs.arm(Job(1, frame(0x200, b"\0"), 100 * MS, count=3, generators=counter, trigger=trigger))
    ready(transmitter)
    for value in (1, 2, 3, 5, 7):
        other.send(frame(0x100, bytes([value])))
    batch = receive(receiver, 8)
    answers = batch[batch.arbitration_id == 0x200]
    asked = batch[batch.arbitration_id == 0x100].timestamp_ns[[0, 2, 3]]
    assert answers.data[:, 0].tolist() == [0, 1, 2]
    assert (answers.timestamp_ns - asked >= 20 * MS).all()
    last = events(transmitter, lambda event: isinstance(event, JobStatus) and event.finished)[-1]
    assert (last.sent, last.late) == (3, 0)
    assert transmitter.jobs.armed == frozenset()


def test_own_frames_trigger_nothing(pair, receiver):
    transmitter, other = pair
    transmitter.jobs.arm(Job(1, frame(0x100), 100 * MS, trigger=Trigger("id == 0x100")))
    transmitter.jobs.arm(Job(2, frame(0x100), 2 * MS, count=5))
    transmitter.send(frame(0x100))
    assert len(receive(receiver, 6)) == 6
    other.send(frame(0x100))
    assert len(receive(receiver, 2)) == 2
    ready(transmitter)
    assert not wait_for(receiver.fileno(), 0.05)


def test_a_triggered_job_becomes_periodic_and_back_and_counts_on(pair, receiver):
    transmitter, other = pair
    transmitter.jobs.arm(Job(1, frame(0x200), 2 * MS, trigger=Trigger("id == 0x100")))
    ready(transmitter)
    other.send(frame(0x100))
    assert receive(receiver, 2).arbitration_id.tolist() == [0x100, 0x200]
    transmitter.jobs.arm(Job(1, frame(0x201), 2 * MS))
    assert set(receive(receiver, 20).arbitration_id.tolist()) == {0x201}
    transmitter.jobs.arm(Job(1, frame(0x202), 2 * MS, trigger=Trigger("id == 0x100")))
    ready(transmitter)
    receiver.drain()
    assert not wait_for(receiver.fileno(), 0.05)
    other.send(frame(0x100))
    assert receive(receiver, 2).arbitration_id.tolist() == [0x100, 0x202]
    events(transmitter, lambda event: isinstance(event, JobStatus) and event.sent >= 22)


def sockets(transmitter) -> int:
    return len(psutil.Process(transmitter.pid).net_connections("udp"))


def test_the_receiver_is_open_only_while_something_waits_for_frames(pair, receiver):
    transmitter, other = pair
    ready(transmitter)
    deaf = sockets(transmitter)
    for _ in range(2):
        transmitter.jobs.arm(Job(1, frame(0x200), MS, count=1, trigger=Trigger("id == 0x100")))
        ready(transmitter)
        assert sockets(transmitter) > deaf
        other.send(frame(0x100))
        assert receive(receiver, 2).arbitration_id.tolist() == [0x100, 0x200]
        events(transmitter, lambda event: isinstance(event, JobStatus) and event.finished)
        ready(transmitter)
        assert sockets(transmitter) == deaf


def test_pending_sends_use_the_frame_of_their_time(pair, receiver):
    transmitter, other = pair
    trigger = Trigger("id == 0x100", 200 * MS)
    transmitter.jobs.arm(Job(1, frame(0x200, b"\1"), MS, trigger=trigger))
    ready(transmitter)
    other.send(frame(0x100))
    assert len(receive(receiver, 1)) == 1
    transmitter.jobs.arm(Job(1, frame(0x200, b"\2"), MS, trigger=Trigger("id == 0x101")))
    answer = receive(receiver, 1)
    assert (answer.arbitration_id.tolist(), answer.data[0, 0]) == ([0x200], 2)


def test_a_burst_triggers_up_to_the_limit(pair, receiver):
    transmitter, other = pair
    transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger("id == 0x100", 300 * MS)))
    ready(transmitter)
    other.send(FrameBatch.concatenate([frame(0x100)] * 400))
    last = events(transmitter, lambda event: isinstance(event, JobStatus) and event.sent == MAX_PENDING)[-1]
    assert last.late == 400 - MAX_PENDING
    assert len(receive(receiver, 400 + MAX_PENDING)) == 400 + MAX_PENDING


def test_stop_all_drops_pending_sends(pair, receiver):
    transmitter, other = pair
    transmitter.jobs.arm(Job(1, frame(0x200), 2 * MS, trigger=Trigger("id == 0x100", 100 * MS)))
    ready(transmitter)
    other.send(frame(0x100))
    assert len(receive(receiver, 1)) == 1
    transmitter.stop_all()
    ready(transmitter)
    assert not wait_for(receiver.fileno(), 0.2)


def test_triggered_sends_follow_the_rate_limit(pair, receiver):
    transmitter, other = pair
    transmitter.set_rate_limit(10)
    transmitter.jobs.arm(Job(1, frame(0x200), 2 * MS, trigger=Trigger("id == 0x100")))
    ready(transmitter)
    other.send(FrameBatch.concatenate([frame(0x100)] * 20))
    found = events(transmitter, lambda event: isinstance(event, JobStatus) and event.late > 15)
    assert any(isinstance(event, HeldBack) for event in found)


def test_a_trigger_by_the_address_of_the_sender(pair, receiver):
    transmitter, other = pair
    address, port = other.addresses[0]
    transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger(f"source == {address}:{port}")))
    ready(transmitter)
    other.send(frame(5))
    assert receive(receiver, 2).arbitration_id.tolist() == [5, 0x200]


def test_a_trigger_without_a_receiver_is_refused_with_a_reason(transmitter):
    transmitter.jobs.arm(Job(1, frame(), MS, trigger=Trigger("id == 1")))
    found = events(transmitter, lambda event: isinstance(event, JobStatus))
    assert JobStatus(1, 0, 0, True) in found
    found += (
        []
        if any(isinstance(event, SendFailed) for event in found)
        else events(transmitter, lambda event: isinstance(event, SendFailed))
    )
    assert any("cannot receive" in event.sentence for event in found if isinstance(event, SendFailed))
    assert transmitter.jobs.armed == frozenset()
    with pytest.raises(TransmitError, match="character 7"):
        transmitter.jobs.arm(Job(1, frame(), MS, trigger=Trigger("id == ")))


def test_stock_peers_receive_the_responses(settings, stock_peer):
    where = ("--group", settings.group, "--port", settings.port)
    with Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter:
        transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger("id == 0x102", 2 * MS)))
        transmitter.jobs.arm(Job(2, frame(0x201), MS, count=3, trigger=Trigger("id in 0x103..0x104")))
        ready(transmitter)
        peer = stock_peer("recv", *where, "--count", 113)
        stock_peer("send", *where, "--count", 100, "--ids", 10).result()
        ids = peer.result()["ids"]
    assert (ids["200"], ids["201"], ids["102"]) == (10, 3, 10)


def test_generated_payloads_continue_after_an_edit(transmitter, receiver):
    generators = (Counter(ScaledField(0, 8)), Checksum(ScaledField(16, 8), "xor"))
    transmitter.jobs.arm(Job(1, frame(data=b"\0\1\0"), 2 * MS, generators=generators))
    batch = receive(receiver, 20)
    transmitter.jobs.arm(Job(1, frame(data=b"\0\7\0"), 2 * MS, generators=generators))
    batch = FrameBatch.concatenate([batch, receive(receiver, 20)])
    assert batch.data[:, 0].tolist() == list(range(len(batch)))
    assert set(batch.data[:, 1].tolist()) == {1, 7}
    assert (batch.data[:, 0] ^ batch.data[:, 1] == batch.data[:, 2]).all()
    with pytest.raises(TransmitError, match="outside"):
        transmitter.jobs.arm(Job(1, frame(data=b"\0"), 2 * MS, generators=generators))
