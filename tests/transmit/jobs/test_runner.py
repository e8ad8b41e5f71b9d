"""Jobs that frames of others trigger, in a real process on a real bus."""

import psutil
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import HeldBack, Job, JobStatus, SendFailed, TransmitError, Transmitter, Trigger
from canmcast_gui.transmit.jobs.schedule import MAX_PENDING
from canmcast_gui.transmit.payload import Counter, ScaledField
from tests.transmit.stage import EARS, MS, SENDER, frame, news, ready, receive

pytestmark = pytest.mark.network


def test_each_matching_frame_of_others_is_answered_after_the_delay(pair, receiver):
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
    last = news(transmitter, lambda one: isinstance(one, JobStatus) and one.finished)[-1]
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
    news(transmitter, lambda one: isinstance(one, JobStatus) and one.sent >= 22)


def sockets(transmitter) -> int:
    return len(psutil.Process(transmitter.pid).net_connections("udp"))


def test_ears_are_open_only_while_something_waits_for_frames(pair, receiver):
    transmitter, other = pair
    ready(transmitter)
    deaf = sockets(transmitter)
    for _ in range(2):
        transmitter.jobs.arm(Job(1, frame(0x200), MS, count=1, trigger=Trigger("id == 0x100")))
        ready(transmitter)
        assert sockets(transmitter) > deaf
        other.send(frame(0x100))
        assert receive(receiver, 2).arbitration_id.tolist() == [0x100, 0x200]
        news(transmitter, lambda one: isinstance(one, JobStatus) and one.finished)
        ready(transmitter)
        assert sockets(transmitter) == deaf


def test_what_is_pending_leaves_as_the_row_is_then(pair, receiver):
    transmitter, other = pair
    trigger = Trigger("id == 0x100", 200 * MS)
    transmitter.jobs.arm(Job(1, frame(0x200, b"\1"), MS, trigger=trigger))
    ready(transmitter)
    other.send(frame(0x100))
    assert len(receive(receiver, 1)) == 1
    transmitter.jobs.arm(Job(1, frame(0x200, b"\2"), MS, trigger=Trigger("id == 0x101")))
    answer = receive(receiver, 1)
    assert (answer.arbitration_id.tolist(), answer.data[0, 0]) == ([0x200], 2)


def test_a_burst_is_answered_as_far_as_there_is_room(pair, receiver):
    transmitter, other = pair
    transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger("id == 0x100", 300 * MS)))
    ready(transmitter)
    other.send(FrameBatch.concatenate([frame(0x100)] * 400))
    last = news(transmitter, lambda one: isinstance(one, JobStatus) and one.sent == MAX_PENDING)[-1]
    assert last.late == 400 - MAX_PENDING
    assert len(receive(receiver, 400 + MAX_PENDING)) == 400 + MAX_PENDING


def test_stop_all_ends_triggers_with_what_was_pending(pair, receiver):
    transmitter, other = pair
    transmitter.jobs.arm(Job(1, frame(0x200), 2 * MS, trigger=Trigger("id == 0x100", 100 * MS)))
    ready(transmitter)
    other.send(frame(0x100))
    assert len(receive(receiver, 1)) == 1
    transmitter.stop_all()
    ready(transmitter)
    assert not wait_for(receiver.fileno(), 0.2)


def test_triggers_obey_the_rate_limit(pair, receiver):
    transmitter, other = pair
    transmitter.set_rate_limit(10)
    transmitter.jobs.arm(Job(1, frame(0x200), 2 * MS, trigger=Trigger("id == 0x100")))
    ready(transmitter)
    other.send(FrameBatch.concatenate([frame(0x100)] * 20))
    found = news(transmitter, lambda one: isinstance(one, JobStatus) and one.late > 15)
    assert any(isinstance(one, HeldBack) for one in found)


def test_a_trigger_by_the_address_of_the_sender(pair, receiver):
    transmitter, other = pair
    address, port = other.address
    transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger(f"source == {address}:{port}")))
    ready(transmitter)
    other.send(frame(5))
    assert receive(receiver, 2).arbitration_id.tolist() == [5, 0x200]


def test_a_trigger_without_ears_is_refused_and_said(transmitter):
    transmitter.jobs.arm(Job(1, frame(), MS, trigger=Trigger("id == 1")))
    found = news(transmitter, lambda one: isinstance(one, JobStatus))
    assert JobStatus(1, 0, 0, True) in found
    found += (
        []
        if any(isinstance(one, SendFailed) for one in found)
        else news(transmitter, lambda one: isinstance(one, SendFailed))
    )
    assert any("cannot receive" in one.sentence for one in found if isinstance(one, SendFailed))
    assert transmitter.jobs.armed == frozenset()
    with pytest.raises(TransmitError, match="character 7"):
        transmitter.jobs.arm(Job(1, frame(), MS, trigger=Trigger("id == ")))


def test_stock_peers_ask_and_count_the_answers(settings, stock_peer):
    where = ("--group", settings.group, "--port", settings.port)
    with Transmitter(SENDER, settings.to_dict(), EARS) as transmitter:
        transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger("id == 0x102", 2 * MS)))
        transmitter.jobs.arm(Job(2, frame(0x201), MS, count=3, trigger=Trigger("id in 0x103..0x104")))
        ready(transmitter)
        peer = stock_peer("recv", *where, "--count", 113)
        stock_peer("send", *where, "--count", 100, "--ids", 10).result()
        ids = peer.result()["ids"]
    assert (ids["200"], ids["201"], ids["102"]) == (10, 3, 10)
