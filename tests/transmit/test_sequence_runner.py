"""Sequences in a real process, with another node that responds."""

import pytest

from canmcast_gui.transmit import SequenceStatus, TransmitError, Transmitter
from canmcast_gui.transmit.sequence import ExpectStep, RepeatStep, SendStep, WaitStep
from tests.transmit.stage import MS, RECEIVER, SENDER, events, frame, receive

pytestmark = pytest.mark.network


def test_a_sequence_sends_and_responds(settings, receiver):
    with (
        Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter,
        Transmitter(SENDER, settings.to_dict()) as other,
    ):
        steps = [
            SendStep(frame(0x7DF)),
            ExpectStep("id == 0x7E8", 10_000 * MS),
            WaitStep(5 * MS),
            SendStep(frame(0x7E0)),
        ]
        transmitter.sequences.start(4, steps)
        assert receive(receiver, 1).arbitration_id.tolist() == [0x7DF]
        other.send(frame(0x7E7))
        other.send(frame(0x7E8))
        batch = receive(receiver, 3)
        assert batch.arbitration_id.tolist() == [0x7E7, 0x7E8, 0x7E0]
        assert int(batch.timestamp_ns[2] - batch.timestamp_ns[1]) >= 4 * MS
        last = events(
            transmitter, lambda event: isinstance(event, SequenceStatus) and event.state == "ended"
        )[-1]
        assert (last.outcome, last.sent) == ("done", 2)
        assert transmitter.sequences.running == frozenset()


def test_a_sequence_is_stepped_and_stopped(transmitter, receiver):
    steps = [SendStep(frame(1)), WaitStep(MS), RepeatStep(0)]
    transmitter.sequences.start(1, steps, paused=True)
    transmitter.sequences.step(1)
    assert len(receive(receiver, 1)) == 1
    transmitter.sequences.resume(1)
    receive(receiver, 10)
    transmitter.stop_all()
    found = events(transmitter, lambda event: isinstance(event, SequenceStatus) and event.state == "ended")
    assert found[-1].outcome == "stopped"
    with pytest.raises(TransmitError, match="Step 1"):
        transmitter.sequences.start(1, [RepeatStep(5)])
