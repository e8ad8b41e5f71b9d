"""The cells that a user reads."""

import io

import can
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.text import (
    FrameSyntaxError,
    candump_lines,
    data_text,
    direction_text,
    dlc_text,
    frame_texts,
    id_text,
    parse_frame,
    type_text,
)
from tests.support.messages import assert_same_frames, messages


def test_ids_have_three_or_eight_digits():
    assert id_text(0x1A, extended=False) == "01A"
    assert id_text(0x1A, extended=True) == "0000001A"
    assert id_text(0x1A, extended=True, decimal=True) == "26"


def test_data_is_pairs_or_aligned_numbers():
    assert data_text(b"\x0a\xff") == "0A FF"
    assert data_text(b"\x0a\xff", decimal=True) == " 10 255"


@pytest.mark.parametrize(
    ("flags", "letters"),
    [
        (0, "S"),
        (Flag.EXTENDED | Flag.REMOTE, "X R"),
        (Flag.FD | Flag.BRS | Flag.ESI, "S FD BRS ESI"),
        (Flag.ERROR, "S E"),
    ],
)
def test_type_letters(flags, letters):
    assert type_text(flags) == letters


def test_the_code_of_an_fd_frame_is_shown_with_its_length():
    assert dlc_text(9, 12, Flag.FD) == "9 (12)"
    assert dlc_text(8, 8, 0) == "8"


def test_direction():
    assert (direction_text(Flag.TX), direction_text(0)) == ("Tx", "Rx")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123#DEADBEEF", {"arbitration_id": 0x123, "data": bytes.fromhex("DEADBEEF")}),
        ("123#", {"arbitration_id": 0x123}),
        ("5A1#11.2233.44556677.88", {"arbitration_id": 0x5A1, "data": bytes.fromhex("1122334455667788")}),
        ("00000123#1a", {"arbitration_id": 0x123, "is_extended_id": True, "data": b"\x1a"}),
        ("123#R", {"arbitration_id": 0x123, "is_remote_frame": True}),
        (
            "1F334455#r7",
            {"arbitration_id": 0x1F334455, "is_extended_id": True, "is_remote_frame": True, "dlc": 7},
        ),
        ("7FF##0", {"arbitration_id": 0x7FF, "is_fd": True}),
        (
            "1F334455##1AABB",
            {
                "arbitration_id": 0x1F334455,
                "is_extended_id": True,
                "is_fd": True,
                "bitrate_switch": True,
                "data": b"\xaa\xbb",
            },
        ),
        (
            "123##3" + "00" * 9,
            {
                "arbitration_id": 0x123,
                "is_fd": True,
                "bitrate_switch": True,
                "error_state_indicator": True,
                "data": bytes(12),
            },
        ),
        ("20000080#0000", {"arbitration_id": 0x80, "is_error_frame": True, "data": bytes(2)}),
    ],
)
def test_frames_are_parsed_as_by_cansend(text, expected):
    frame = can.Message(channel=0, check=True, **{"is_extended_id": False, **expected})
    assert_same_frames(parse_frame(text).to_messages(), [frame])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a frame"),
        ("123", "not a frame"),
        ("12#00", "not a frame"),
        ("12345#00", "not a frame"),
        ("xyz#00", "not a frame"),
        ("800#00", "above 7FF"),
        ("FFFFFFFF#00", "above 1FFFFFFF"),
        ("20000080#R", "error frame"),
        ("20000080##0", "error frame"),
        ("123#0", "pairs"),
        ("123#00 11", "pairs"),
        ("123#GG", "pairs"),
        ("123#" + "00" * 9, "at most 8"),
        ("123#R9", "0 to 8"),
        ("123##", "one hex digit"),
        ("123##1" + "00" * 65, "at most 64"),
        ("123##10", "pairs"),
    ],
)
def test_a_text_that_is_not_a_frame_is_refused_with_a_reason(text, reason):
    with pytest.raises(FrameSyntaxError, match=reason):
        parse_frame(text)


@given(st.text(max_size=20) | st.from_regex(r"[0-9A-F]{3,8}##?R?[0-9A-F.]*", fullmatch=True))
def test_any_text_is_a_frame_or_refused(text):
    try:
        batch = parse_frame(text)
    except FrameSyntaxError:
        return
    assert len(batch) == 1
    batch.to_messages()[0]._check()


@given(messages())
def test_a_line_of_dump_can_be_sent(message: can.Message):
    (text,) = frame_texts(FrameBatch.from_messages([message]))
    again = parse_frame(text).to_messages()[0]
    if message.is_error_frame:
        assert again.is_error_frame
        assert again.data == message.data
    else:
        how = {"check_channel": False, "check_direction": False, "timestamp_delta": None}
        assert_same_frames([again], [message], **how)


@given(st.lists(messages(), max_size=10))
def test_python_can_reads_the_lines(frames: list[can.Message]):
    lines = candump_lines(FrameBatch.from_messages(frames))
    read = list(can.CanutilsLogReader(io.StringIO(lines)))
    assert len(read) == len(frames)
    for one, frame in zip(read, frames, strict=True):
        assert one.is_error_frame == frame.is_error_frame
        assert one.timestamp == pytest.approx(frame.timestamp, abs=2e-6)
        if not frame.is_error_frame:
            how = {"check_channel": False, "check_direction": False, "timestamp_delta": None}
            assert one.equals(frame, **how), f"{one!r} is not {frame!r}"


def test_a_line_has_the_format_of_candump():
    frame = can.Message(
        timestamp=1763839061.123456, arbitration_id=0x12, is_extended_id=False, data=b"\xde\xad", channel=1
    )
    batch = FrameBatch.from_messages([frame])
    assert candump_lines(batch) == "(1763839061.123456) can1 012#DEAD\n"
