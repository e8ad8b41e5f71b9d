"""Messages of a driver as columns, own frames among them, and frames on the way to the driver."""

from __future__ import annotations

import time
from typing import Any

import can
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.adapter import port
from canmcast_gui.channels.adapter.bus import open_bus, own_frames, parse_filters
from canmcast_gui.channels.adapter.clock import ChannelClock
from canmcast_gui.channels.adapter.columns import MessageConverter
from canmcast_gui.channels.adapter.errors import ControllerState
from canmcast_gui.channels.adapter.kind import Adapter
from canmcast_gui.channels.adapter.own import ReturnedFrames
from canmcast_gui.channels.interfaces import OwnFrames
from canmcast_gui.channels.settings import parse_channel
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.validity import first_problem
from canmcast_gui.transport.errors import BusError
from tests.channels.channel import message

LENGTHS = (0, 1, 7, 8, 12, 16, 64)


def converter() -> MessageConverter:
    """A converter for channel 5."""
    return MessageConverter(5, ChannelClock())


def _kinds() -> list[can.Message]:
    data = [message(0x100 + length, "5a" * length, is_fd=length > 8) for length in LENGTHS]
    return [
        *data,
        message(0x1FFFFFFF, "01", is_rx=False),
        message(0x7FF, is_remote_frame=True, dlc=8),
        message(0x1ABCDEF0, is_remote_frame=True, dlc=0),
        message(0x20, "02" * 8, is_error_frame=True),
        message(0x21, "03" * 64, is_fd=True, bitrate_switch=True, error_state_indicator=True),
    ]


def test_all_kinds_of_messages() -> None:
    """As FrameBatch.from_messages() makes them, with the number of the channel."""
    messages, now = _kinds(), time.time_ns()
    for number, each in enumerate(messages):
        each.timestamp = now / 1e9 + number * 1e-6
    made = converter()
    batch = made.convert(messages, now + 10**8)
    expected = FrameBatch.from_messages(messages)
    expected.records["channel"] = 5
    assert (batch.records == expected.records).all()
    assert batch.heap.tobytes() == expected.heap.tobytes()
    assert made.refused == 0


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.integers(),
            st.text(),
            st.builds(
                dict,
                arbitration_id=st.integers(-(1 << 40), 1 << 40) | st.floats() | st.none(),
                data=st.binary(max_size=80) | st.none() | st.integers() | st.lists(st.integers(0, 255)),
                timestamp=st.floats() | st.none() | st.integers(),
                dlc=st.integers(-5, 300) | st.none(),
                is_fd=st.booleans() | st.none(),
                is_remote_frame=st.booleans(),
                is_error_frame=st.booleans(),
                is_extended_id=st.booleans(),
                bitrate_switch=st.booleans() | st.text(),
                is_rx=st.booleans(),
            ),
        ),
        max_size=8,
    )
)
def test_garbage_is_counted_and_never_raises(values: list[Any]) -> None:
    """All that is not refused is a valid frame."""
    messages = []
    for value in values:
        if isinstance(value, dict):
            one = can.Message()
            for name, each in value.items():
                setattr(one, name, each)
            messages.append(one)
        else:
            messages.append(value)
    made = converter()
    batch = made.convert(messages, time.time_ns())
    assert len(batch) + made.refused == len(messages)
    assert first_problem(batch) is None
    assert (batch.timestamp_ns <= time.time_ns()).all()


def test_own_frames_are_recognized_once() -> None:
    """Until they have not returned for a second."""
    now = [0.0]
    returned = ReturnedFrames(lambda: now[0])
    sent = message(0x10, "01")
    returned.expect(sent)
    returned.expect(sent)
    batch = converter().convert([message(0x10, "02"), sent, sent, sent], time.time_ns(), returned)
    assert batch.has(Flag.TX).tolist() == [False, True, True, False]
    returned.expect(sent)
    returned.forget(sent)
    assert not returned.take(sent)
    returned.expect(sent)
    now[0] = 1.5
    assert not returned.take(sent)
    assert len(returned) == 0


def test_own_frames_that_never_return_take_bounded_memory() -> None:
    """The oldest are forgotten, and newer ones recognized."""
    now = [0.0]
    returned = ReturnedFrames(lambda: now[0])
    for number in range(20_000):
        now[0] = number * 1e-4
        returned.expect(message(0x18000000 + number))
    assert len(returned) < 20_000
    assert returned.take(message(0x18000000 + 19_999))


@given(st.lists(st.sampled_from(_kinds()), max_size=20))
def test_frames_on_the_way_to_the_driver(messages: list[can.Message]) -> None:
    """What encode() makes, decode() returns; one frame without a batch gives the same."""
    batch = FrameBatch.from_messages(messages)
    decoded = port.decode(port.encode(batch))
    assert [str(one) for one in decoded.to_messages()] == [str(one) for one in batch.to_messages()]
    for row in range(len(batch)):
        frame = batch.plain_frame(row)
        if not frame.flags & Flag.REMOTE:
            single = port.decode(port.encode_frame(frame.arbitration_id, frame.flags, frame.dlc, frame.data))
            assert single.payload(0) == batch.payload(row)
            assert single.flags.tolist() == [frame.flags]
            assert single.dlc.tolist() == [batch.dlc[row]]


@pytest.mark.parametrize(
    ("frames", "text", "overruns"),
    [
        ([], "", 0),
        ([(0x04, "0001")], "", 1),
        ([(0x04, "0004")], "error warning", 0),
        ([(0x04, "0008"), (0x04, "0010")], "error passive", 0),
        ([(0x204, "0020000000007f80")], "error passive, error counters 127 (send), 128 (receive)", 0),
        ([(0x200, "0000000000000102")], "error active, error counters 1 (send), 2 (receive)", 0),
        ([(0x40, "")], "bus off", 0),
        ([(0x40, ""), (0x100, "")], "error active", 0),
        ([(0x04, "0020"), (0x04, "0040")], "error active", 0),
        ([(0x08, "0000040000000000")], "", 0),
    ],
)
def test_error_frames_of_socketcan(frames: list[tuple[int, str]], text: str, overruns: int) -> None:
    """linux/can/error.h has the numbers."""
    state = ControllerState()
    for classes, details in frames:
        state = state.after(classes, bytes.fromhex(details))
    assert (state.text, state.overruns) == (text, overruns)


def test_the_state_that_a_driver_reports() -> None:
    """Where no error frame has told more; a driver that raises reports none."""

    class Reporting(can.BusABC):
        def __init__(self) -> None:
            self.reported: can.BusState | None = can.BusState.PASSIVE

        @property
        def state(self) -> can.BusState:
            if self.reported is None:
                raise RuntimeError
            return self.reported

        def send(self, msg: can.Message, timeout: float | None = None) -> None:
            raise NotImplementedError

    bus = Reporting()
    assert ControllerState().with_bus(bus).text == "error passive"
    bus.reported = can.BusState.ERROR
    assert ControllerState().with_bus(bus).text == "bus off"
    bus.reported = None
    assert ControllerState().with_bus(bus).text == ""


@pytest.mark.parametrize(
    ("text", "carries"),
    [
        ("socketcan:can0", False),
        ("socketcan:can0,fd=true", True),
        ("socketcan:can0,context=a", True),
        ("udp_multicast:239.0.0.1", True),
        ("udp_multicast:239.0.0.1,fd=false", False),
        ("some_plug_in:0", True),
    ],
)
def test_which_channels_carry_can_fd(text: str, carries: bool) -> None:
    """By the option, where the driver needs it; others refuse frames themselves."""
    assert Adapter().carries_fd(parse_channel(text)) is carries


def test_filters() -> None:
    """As candump writes them: 8 digits are an extended id."""
    assert parse_filters("123:7FF; 00000123:1fffffff;") == [
        {"can_id": 0x123, "can_mask": 0x7FF, "extended": False},
        {"can_id": 0x123, "can_mask": 0x1FFFFFFF, "extended": True},
    ]
    assert parse_filters("") == []
    for text in ("123", "1234:7FF", "xyz:7FF", ":", "123:"):
        with pytest.raises(BusError, match="is not a filter"):
            parse_filters(text)


def test_own_frames_are_requested_where_the_driver_marks_them() -> None:
    """Unless the user does not want them."""
    with open_bus(parse_channel("virtual:own")) as bus:
        bus.send(message(1))
        received = bus.recv(1)
        assert received is not None
        assert not received.is_rx
    assert own_frames(parse_channel("virtual:own")) is OwnFrames.MARKED
    refused = parse_channel("virtual:own,receive_own_messages=false")
    assert own_frames(refused) is OwnFrames.NOT_RETURNED
    with open_bus(refused) as bus:
        bus.send(message(1))
        assert bus.recv(0) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("nothing:0", "nothing:0: python-can has no interface 'nothing'; it has "),
        ("gs_usb:0", "gs_usb:0 cannot be opened: "),
        (
            "slcan:/dev/nothing",
            "slcan:/dev/nothing cannot be opened: could not open port /dev/nothing: No such ",
        ),
    ],
)
def test_why_a_bus_cannot_be_opened(text: str, sentence: str) -> None:
    """In one sentence, with what to install."""
    with pytest.raises(BusError) as caught:
        open_bus(parse_channel(text))
    assert str(caught.value).startswith(sentence)
    assert "\n" not in str(caught.value)
    if text.startswith("gs_usb"):
        assert str(caught.value).endswith("; install it with: python3 -m pip install gs_usb")


def test_frames_between_garbage_keep_their_order() -> None:
    """And those that are not valid leave no gap."""
    made = converter()
    bad = message(2)
    bad.data = bytearray(70)
    batch = made.convert([message(1), bad, message(3)], time.time_ns())
    assert batch.arbitration_id.tolist() == [1, 3]
    assert made.refused == 1
