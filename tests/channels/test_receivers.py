"""The transmit process receives from every channel: triggers and sequences between real channels."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from multiprocessing import Pipe
from threading import Thread

import can
import pytest

from canmcast_gui.channels.adapter import port
from canmcast_gui.channels.adapter.client import AdapterCapture
from canmcast_gui.channels.adapter.subscribers import MOST_BATCHES, Subscribers
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.processes import ChannelProcesses
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import Recording
from canmcast_gui.transmit import (
    FramesMissed,
    FuzzOptions,
    FuzzResponse,
    Job,
    ReplayOptions,
    ReplayStatus,
    SendFailed,
    SequenceStatus,
    Trigger,
)
from canmcast_gui.transmit.sequence import ExpectStep, SendStep
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from tests.support.waiting import wait_until
from tests.transmit.stage import MS, PATIENCE, events, frame, ready

ROWS = "canmcast_gui.recording.reading:open_rows"
GROUP = "239.74.163.2"
ASK = can.Message(arbitration_id=0x100, data=[7], is_extended_id=False)


class Stage:
    """Channel 1 through a driver, channel 2 native, and a stock peer on each."""

    def __init__(self, processes: ChannelProcesses, ports: list[int]) -> None:
        self.transmitter = processes.transmitter
        self.driver = processes.captures[0]
        self.ports = ports
        self.peers = [
            can.Bus(interface="udp_multicast", channel=GROUP, port=each, hop_limit=0) for each in ports
        ]

    def arm(self, answer_on: int, condition: str) -> None:
        """Have a row answer frames that meet a condition."""
        answer = frame(0x200)
        answer.records["channel"] = answer_on
        self.transmitter.jobs.arm(Job(1, answer, MS, trigger=Trigger(condition)))
        ready(self.transmitter)

    def answer_on(self, channel: int, seconds: float = PATIENCE) -> bool:
        """Whether the peer of a channel receives the answer."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            message = self.peers[channel - 1].recv(left)
            if message is not None and message.arbitration_id == 0x200:
                return True
        return False


@contextmanager
def open_stage(*ports: int) -> Iterator[Stage]:
    texts = [f"udp_multicast:{GROUP},port={ports[0]},hop_limit=0"]
    texts += [f"multicast:{GROUP},port={each},hop_limit=0" for each in ports[1:]]
    processes = ChannelProcesses(Measurement.of(parse_channels(texts)))
    try:
        stage = Stage(processes, list(ports))
        try:
            yield stage
        finally:
            for peer in stage.peers:
                peer.shutdown()
    finally:
        processes.shutdown()


@pytest.fixture
def stage(network) -> Iterator[Stage]:
    with open_stage(network.free_port(), network.free_port()) as stage:
        yield stage


@pytest.mark.network
def test_a_frame_of_one_channel_is_answered_on_another(stage):
    stage.arm(answer_on=2, condition="id == 0x100 and channel == 1")
    stage.peers[1].send(ASK)  # of the other channel, which does not meet the condition
    stage.peers[0].send(ASK)
    assert stage.answer_on(2)
    stage.arm(answer_on=1, condition="id == 0x100 and channel == 2")
    stage.peers[1].send(ASK)
    assert stage.answer_on(1)
    assert stage.transmitter.flush(PATIENCE)
    assert stage.transmitter.sent == 2


@pytest.mark.network
def test_own_frames_of_a_driver_channel_are_not_answered(stage):
    stage.arm(answer_on=1, condition="id == 0x200 or id == 0x100")
    stage.peers[0].send(ASK)
    assert stage.answer_on(1)
    stage.peers[0].send(ASK)
    assert stage.answer_on(1)
    assert stage.transmitter.flush(PATIENCE)
    assert stage.transmitter.sent == 2


@pytest.mark.network
def test_a_sequence_waits_for_a_frame_of_the_only_channel(network):
    with open_stage(network.free_port()) as stage:
        steps = [ExpectStep("id == 0x100 and data[0] == 7", 20_000 * MS), SendStep(frame(0x200))]
        stage.transmitter.sequences.start(1, steps)
        ready(stage.transmitter)
        stage.peers[0].send(ASK)
        assert stage.answer_on(1)
        found = events(
            stage.transmitter, lambda event: isinstance(event, SequenceStatus) and event.state == "ended"
        )
        assert found[-1].outcome == "done"


@pytest.mark.network
def test_the_frames_of_a_driver_that_was_restarted_are_received_again(stage):
    stage.arm(answer_on=2, condition="id == 0x100")
    ended = stage.driver.pid
    assert ended is not None
    os.kill(ended, signal.SIGKILL)

    def runs_again() -> bool:
        stage.driver.supervise()
        return stage.driver.is_running and stage.driver.pid != ended

    wait_until(runs_again, PATIENCE)
    running = time.monotonic()
    answered = False
    while not answered and time.monotonic() < running + PATIENCE:
        stage.peers[0].send(ASK)
        answered = stage.answer_on(2, 0.05)
    assert answered
    assert time.monotonic() - running < 1.0


@pytest.mark.network
def test_a_response_on_a_driver_channel_ends_a_fuzz_run_on_another(stage):
    options = FuzzOptions(ids=((0x300, 0x3FF, False),), count=None, channel=2)
    stage.transmitter.fuzz.start(1, options, "id == 0x100 and channel == 1")
    ready(stage.transmitter)
    stage.peers[0].send(ASK)
    found = events(stage.transmitter, lambda event: isinstance(event, FuzzResponse))
    (response,) = [event for event in found if isinstance(event, FuzzResponse)]
    assert response.number == 1
    seen = [list(iter(partial(peer.recv, 0.0), None)) for peer in stage.peers]
    assert [message.arbitration_id for message in seen[0]] == [0x100]  # its own frame
    assert seen[1]
    assert all(message.arbitration_id >= 0x300 for message in seen[1])


@pytest.mark.network
@pytest.mark.parametrize(("channels", "sent"), [((2, 3, 2), 2), ((3, 3, 3), 0)])
def test_a_replay_skips_and_counts_frames_of_a_channel_that_is_not_open(stage, tmp_path, channels, sent):
    with Recording.create(tmp_path / "frames") as recording:
        recording.append(FrameBatch.from_columns([0, MS, 2 * MS], 0x200, [[1]] * 3, channel=channels))
        replays = stage.transmitter.replays
        replays.start(1, ROWS, {"folder": str(recording.folder)}, ReplayOptions())
        replays.grow(1, recording.end_row, True)
        found = events(
            stage.transmitter, lambda each: isinstance(each, ReplayStatus) and each.state == "ended"
        )
    status = [event for event in found if isinstance(event, ReplayStatus)][-1]
    assert (status.sent, status.skipped) == (sent, 3 - sent)
    sentences = [event.sentence for event in found if isinstance(event, SendFailed)]
    reason = "No frame of the replay was sent: channel 3 is not open; open channels: 1, 2."
    assert sentences == ([] if sent else [reason])
    assert stage.answer_on(2, PATIENCE if sent else 0.0) == bool(sent)


@pytest.mark.network
def test_a_replay_skips_an_id_only_on_the_channel_where_it_is_live(stage, tmp_path):
    with Recording.create(tmp_path / "frames") as recording:
        recording.append(FrameBatch.from_columns([0, MS], 0x200, [[1]] * 2, channel=(1, 2)))
        replays = stage.transmitter.replays
        options = ReplayOptions(skip_live=True, loop=True)
        replays.start(1, ROWS, {"folder": str(recording.folder)}, options)
        replays.grow(1, recording.end_row, True)
        live = can.Message(arbitration_id=0x200, data=[9], is_extended_id=False)

        def only_second() -> bool:
            """Whether channel 2 has the frames of the replay, and channel 1 only those of the peer."""
            stage.peers[0].send(live)
            ours = [received_within(peer, 0.1) for peer in stage.peers]
            return 1 in ours[1] and 1 not in ours[0]

        wait_until(only_second, PATIENCE)
        assert only_second()
        replays.stop(1)


def received_within(peer: can.BusABC, seconds: float) -> set[int]:
    """The first byte of all frames that a peer receives."""
    end, found = time.monotonic() + seconds, set()
    while (left := end - time.monotonic()) > 0:
        if message := peer.recv(left):
            found.add(message.data[0])
    return found


@pytest.mark.network
def test_frames_that_triggers_did_not_see_are_reported(network):
    number = network.free_port()
    bus = f"multicast:{GROUP},port={number},hop_limit=0,receive_buffer=20000"
    processes = ChannelProcesses(Measurement.of(parse_channels([bus])))
    transmitter = processes.transmitter
    try:
        transmitter.jobs.arm(Job(1, frame(0x200), MS, trigger=Trigger("id == 0x7FF")))
        ready(transmitter)
        os.kill(transmitter.pid, signal.SIGSTOP)
        with closing(FrameSender(BusSettings(group=GROUP, port=number, hop_limit=0))) as sender:
            sender.send_batch(FrameBatch.concatenate([frame()] * 2000))
            os.kill(transmitter.pid, signal.SIGCONT)
            sender.send_batch(frame())
        found = events(transmitter, lambda each: isinstance(each, FramesMissed))
    finally:
        processes.shutdown()
    missed = sum(each.frames for each in found if isinstance(each, FramesMissed))
    assert 0 < missed < 2000
    assert FramesMissed(1).sentence == (
        "1 received frame was not compared with triggers and conditions: traffic was faster than it was read."
    )
    assert not [each for each in found if isinstance(each, SendFailed)]


@pytest.mark.network
def test_a_stopped_subscriber_does_not_delay_reception(network):
    number = network.free_port()
    native = BusSettings(group=GROUP, port=number, hop_limit=0)
    (channel,) = parse_channels([f"udp_multicast:{GROUP},port={number},hop_limit=0"])
    batch = FrameBatch.concatenate([frame()] * 100)
    with (
        AdapterCapture(channel) as capture,
        closing(FrameSender(native)) as sender,
        closing(port.connect(capture.address)) as stopped,
    ):
        stopped.send_bytes(port.RECEIVE)
        assert stopped.poll(PATIENCE)  # it is subscribed, and reads nothing from now on
        received = 0

        def are_received(count: int) -> bool:
            nonlocal received
            received += len(capture.recv_batch(timeout=0.05))
            return received >= count

        for number in range(60):
            sender.send_batch(batch)
            wait_until(lambda count=100 * number: are_received(count), PATIENCE)
        wait_until(lambda: are_received(6000), PATIENCE)


def test_what_a_stopped_subscriber_missed_is_counted():
    batches, size = 4 * MOST_BATCHES, 100
    batch = FrameBatch.concatenate([frame()] * size)
    subscribers = Subscribers()
    ours, theirs = Pipe()
    with ours:
        thread = Thread(target=_serve_until_closed, args=(subscribers, ours))
        thread.start()
        with theirs:
            assert port.decode_received(theirs.recv_bytes()) == (0, port.encode(FrameBatch.empty()))
            for _ in range(batches):
                subscribers.publish(batch)  # would wait for ever if it waited for the reader
            read = missed = 0
            while theirs.poll(0.5 if read else PATIENCE):
                missed, message = port.decode_received(theirs.recv_bytes())
                read += len(port.decode(message))
            subscribers.publish(batch)  # the next message tells
            missed, message = port.decode_received(theirs.recv_bytes())
            read += len(port.decode(message))
        assert missed > 0
        assert read + missed == (batches + 1) * size
        thread.join(PATIENCE)
        assert not thread.is_alive()


def _serve_until_closed(subscribers: Subscribers, connection) -> None:
    with pytest.raises((EOFError, OSError)):
        subscribers.serve(connection)
