"""Hypothesis strategies for signals and messages, as cantools has them."""

from cantools.database.can import Message, Signal
from cantools.database.conversion import BaseConversion
from hypothesis import strategies as st

SCALES = st.sampled_from([1, 2, 3, 10, -1, 0.5, 0.1, 0.25, 1e-7, 1.0, 0.00390625])
OFFSETS = st.sampled_from([0, 1, -40, 1000, 0.5, -273.15])


@st.composite
def signals(draw: st.DrawFn, message_length: int, name: str = "S", scaled: bool = True) -> Signal:
    """Any signal that fits into a message of ``length`` bytes."""
    bits = 8 * message_length
    is_float = draw(st.booleans()) and bits >= 16
    widths = (
        st.sampled_from([n for n in (16, 32, 64) if n <= bits]) if is_float else st.integers(1, min(64, bits))
    )
    length = draw(widths)
    big_endian = draw(st.booleans())
    first = draw(st.integers(0, bits - length))
    return Signal(
        name,
        8 * (first // 8) + 7 - first % 8 if big_endian else first,
        length,
        "big_endian" if big_endian else "little_endian",
        is_signed=draw(st.booleans()),
        conversion=BaseConversion.factory(
            scale=draw(SCALES) if scaled else 1,
            offset=draw(OFFSETS) if scaled else 0,
            is_float=is_float,
        ),
    )


@st.composite
def messages(draw: st.DrawFn, scaled: bool = True) -> Message:
    """A message with one signal, 1 to 64 bytes long."""
    length = draw(st.sampled_from([1, 2, 3, 5, 8, 12, 20, 64]))
    extended = draw(st.booleans())
    return Message(
        draw(st.integers(0, 0x1FFFFF00 if extended else 0x7FF)),
        "M",
        length,
        [draw(signals(length, scaled=scaled))],
        is_extended_frame=extended,
        is_fd=length > 8,
    )


def multiplexed() -> Message:
    """Outer = 1 selects Inner and with it Leaf (Inner 0 or 2); Outer = 0 selects Other; Always is in all."""

    def part(name: str, byte: int, above: str | None = None, ids: list[int] | None = None) -> Signal:
        multiplexer = name in ("Outer", "Inner")
        return Signal(
            name, 8 * byte, 8, is_multiplexer=multiplexer, multiplexer_signal=above, multiplexer_ids=ids
        )

    return Message(
        0x100,
        "M",
        5,
        [
            part("Outer", 0),
            part("Inner", 1, "Outer", [1]),
            part("Leaf", 2, "Inner", [0, 2]),
            part("Other", 3, "Outer", [0]),
            part("Always", 4),
        ],
    )


@st.composite
def multiplexed_messages(draw: st.DrawFn) -> Message:
    """A message with a multiplexer in byte 0, perhaps another below it, and signals that they select."""
    length = draw(st.sampled_from([8, 16, 64]))
    nested = draw(st.booleans())
    found = [_byte("Outer", 0)]
    if nested:
        found.append(_byte("Inner", 1, "Outer", draw(_numbers())))
    for place in range(draw(st.integers(1, 4))):
        above = draw(st.sampled_from(["Outer", "Inner"] if nested else ["Outer"]))
        signal = draw(signals(length - 2, f"S{place}"))
        signal.start += 16
        signal.multiplexer_signal, signal.multiplexer_ids = above, draw(_numbers())
        found.append(signal)
    plain = draw(signals(length - 2, "Always"))
    plain.start += 16
    return Message(0x123, "M", length, [*found, plain], strict=False, is_fd=length > 8)


def _numbers() -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(0, 4), min_size=1, max_size=3, unique=True)


def _byte(name: str, byte: int, above: str | None = None, ids: list[int] | None = None) -> Signal:
    return Signal(name, 8 * byte, 8, is_multiplexer=True, multiplexer_signal=above, multiplexer_ids=ids)
