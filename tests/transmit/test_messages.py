"""Commands and events arrive as they were sent; what does not fit is refused as a whole."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transmit import FuzzOptions, FuzzResponse, Job, JobStatus, ReplayOptions, Trigger
from canmcast_gui.transmit.commands import (
    ArmJob,
    Command,
    ControlReplay,
    DisarmJob,
    SendFrames,
    SetLateFrames,
    StartFuzz,
    StartReplay,
    StartSequence,
    StopAll,
)
from canmcast_gui.transmit.conditions import DatabaseCondition, SignalPart, SignalPosition
from canmcast_gui.transmit.events import JobReport, ProcessEvent
from canmcast_gui.transmit.messages import Dispatcher, MessageEncoder, MessageError
from canmcast_gui.transmit.payload import Checksum, Counter, E2EProfile2, ScaledField, Sine, ValueList
from canmcast_gui.transmit.sequence import ExpectStep, RepeatStep, SendStep, WaitStep

FIELD = ScaledField(7, 16, big_endian=True, scale=0.1)
CONDITION = DatabaseCondition(
    "Engine.Speed > 3",
    {"Engine": ((0x100, False, 0x1FFFFFFF, ()),)},
    {"Engine.Speed": (SignalPart("fd", (SignalPosition(0x100, False, 0x7FF, (), 2, FIELD, ()),)),)},
    {"Engine.Speed": {"Slow": 1.5}},
)


def frames(count: int = 3) -> FrameBatch:
    """Frames with short and long payloads."""
    return FrameBatch.from_columns(
        range(count),
        range(count),
        [[7] * 12] * count,
        [12 if row % 2 else 5 for row in range(count)],
        Flag.FD,
    )


def content(batch: FrameBatch) -> list:
    return [batch.plain_frame(row) for row in range(len(batch))]


def sent(message: msgspec.Struct, kinds: object = Command) -> msgspec.Struct:
    """The message as it arrives."""
    arrived: list[msgspec.Struct] = []
    dispatcher = Dispatcher(kinds)
    dispatcher.add(type(message), arrived.append)
    dispatcher.dispatch(MessageEncoder().encode([message]))
    return arrived[0]


@pytest.mark.parametrize(
    "command",
    [
        StopAll(),
        DisarmJob(5),
        SetLateFrames(True),
        ControlReplay(1, "pause"),
        StartReplay(1, "module:function", {"folder": "/tmp", "port": 5, "fd": True, "interface": None},
                    ReplayOptions(ids=(((1, False), (2, True)),), names=(("E*", ((1, False, 7, (2,)),)),))),
        StartFuzz(1, FuzzOptions(base=b"\1\2", seed=(1 << 64) - 1), CONDITION, True, False, 10**9),
        StartSequence(1, (ExpectStep("id == 1", 5), WaitStep(7), RepeatStep(0, 3)), False),
    ],
)  # fmt: skip
def test_commands_arrive_as_they_were_sent(command):
    assert sent(command) == command


def test_frames_arrive_as_they_were_sent():
    batch = frames()
    assert content(sent(SendFrames(batch)).frames) == content(batch)
    assert content(sent(SendFrames(batch[1:2])).frames) == content(batch[1:2])
    step = sent(StartSequence(1, (SendStep(batch[:1], (Counter(FIELD),)),), False)).steps[0]
    assert (content(step.frame), step.generators) == (content(batch[:1]), (Counter(FIELD),))


def test_a_job_arrives_with_its_generators_and_trigger():
    generators = (
        Counter(FIELD, 1, 9),
        Sine(FIELD, 0, 5.5, 100),
        ValueList(FIELD, (1, 2.5)),
        Checksum(FIELD, "xor", prefix=b"\0"),
        E2EProfile2(bytes(16)),
    )
    job = Job(1, frames(1), 10**7, 5, generators, "Speed", Trigger(CONDITION, 10**6))
    arrived = sent(ArmJob(job, 4)).job
    for name in ("job_id", "period_ns", "count", "generators", "name", "trigger"):
        assert getattr(arrived, name) == getattr(job, name)


def test_events_arrive_as_they_were_sent():
    report = JobReport(3, JobStatus(1, 2, 3, True, 4.5, 0.5, 2))
    assert sent(report, ProcessEvent) == report
    response = sent(FuzzResponse(1, frames(1), frames(), 2), ProcessEvent)
    assert (content(response.before), response.after) == (content(frames()), 2)


def test_numbers_beyond_64_bits_cannot_be_sent():
    with pytest.raises(MessageError, match="too large"):
        MessageEncoder().encode(
            [ArmJob(Job(1, frames(1), 10**7, generators=(Counter(FIELD, last=1 << 70),)), 1)]
        )


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_or_decoded(data):
    dispatcher = Dispatcher(Command)
    try:
        dispatcher.dispatch(data)
    except MessageError as error:
        assert str(error).startswith("a message of")
    else:
        assert data[0] in (0x90, 0xDC, 0xDD)  # a list of no commands


@pytest.mark.parametrize(
    "values",
    [
        [["NoSuchCommand", 1]],
        [["DisarmJob"]],
        [["DisarmJob", "five"]],
        [["ControlReplay", 1, "fly"]],
        [["SendFrames", [b"short", b""]]],
        [["SendFrames", 5]],
        ["DisarmJob", 5],
    ],
)
def test_a_damaged_message_is_refused_as_a_whole(values):
    done = []
    dispatcher = Dispatcher(Command)
    dispatcher.add(DisarmJob, done.append)
    with pytest.raises(MessageError, match="cannot be decoded"):
        dispatcher.dispatch(msgspec.msgpack.encode([["DisarmJob", 1], *values]))
    assert done == []
