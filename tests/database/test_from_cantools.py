"""Overlapping signals are those that a comparison of each pair finds."""

from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database.from_cantools import Overlaps
from canmcast_gui.database.model import Message, Signal


def bits_of(signal: Signal) -> set[int]:
    if not signal.big_endian:
        return set(range(signal.start, signal.start + signal.length))
    return {8 * (n // 8) + 7 - n % 8 for n in range(signal.first_bit, signal.first_bit + signal.length)}


def chosen_by(message: Message, signal: Signal) -> dict[str, frozenset[int]]:
    found = {}
    while signal.multiplexer is not None and signal.multiplexer not in found:
        found[signal.multiplexer] = signal.multiplexer_ids
        signal = message.signal(signal.multiplexer) or Signal("", 0, 1)
    return found


def meet(message: Message, one: Signal, other: Signal) -> bool:
    first, second = chosen_by(message, one), chosen_by(message, other)
    if any(name in second and not second[name] & numbers for name, numbers in first.items()):
        return False
    return bool(bits_of(one) & bits_of(other))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    names = ["A", "B", "C", "D", "E", "F"][: draw(st.integers(1, 6))]
    signals = []
    for place, name in enumerate(names):
        above = draw(st.sampled_from([None, *names[:place]]))
        numbers = draw(st.frozensets(st.integers(0, 2), min_size=1)) if above else frozenset()
        start, length = draw(st.integers(0, 20)), draw(st.integers(1, 20))
        signal = Signal(name, start, length, draw(st.booleans()), multiplexer=above, multiplexer_ids=numbers)
        signals.append(signal)
    return Message("M", 1, False, 8, tuple(draw(st.permutations(signals))))


@given(messages())
def test_the_first_signal_that_shares_bits_is_found(message: Message):
    overlaps = Overlaps()
    overlaps.begin(message)
    for place, signal in enumerate(message.signals):
        before = message.signals[:place]
        expected = next((one for one in before if meet(message, one, signal)), None)
        assert overlaps.add(signal) is expected
    assert not overlaps.is_exhausted
