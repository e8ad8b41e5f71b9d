"""Hypothesis strategies for CAN frames, and how two lists of them are compared."""

import can
from hypothesis import strategies as st

FD_LENGTHS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64)


@st.composite
def messages(draw: st.DrawFn) -> can.Message:
    """Any valid frame: classic, remote, error or CAN FD; standard or extended; any channel number."""
    extended = draw(st.booleans())
    kind = draw(st.sampled_from(["data", "remote", "error", "fd"]))
    common = {
        "timestamp": draw(st.integers(0, 2_000_000_000_000_000)) / 1e6,
        "arbitration_id": draw(st.integers(0, 0x1FFFFFFF if extended else 0x7FF)),
        "is_extended_id": extended,
        "channel": draw(st.none() | st.integers(0, 254)),
        "is_rx": draw(st.booleans()),
    }
    if kind == "remote":
        return can.Message(is_remote_frame=True, dlc=draw(st.integers(0, 8)), check=True, **common)
    if kind == "fd":
        size = draw(st.sampled_from(FD_LENGTHS))
        return can.Message(
            is_fd=True,
            data=draw(st.binary(min_size=size, max_size=size)),
            bitrate_switch=draw(st.booleans()),
            error_state_indicator=draw(st.booleans()),
            check=True,
            **common,
        )
    return can.Message(is_error_frame=kind == "error", data=draw(st.binary(max_size=8)), check=True, **common)


def assert_same_frames(found: list[can.Message], expected: list[can.Message], **how: object) -> None:
    """Both lists hold equal frames in the same order."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.equals(other, **how), f"{one!r} is not {other!r}"
