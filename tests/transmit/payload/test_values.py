"""Generators of counters, waveforms, random values and lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload import (
    Counter,
    Ramp,
    RandomValue,
    ScaledField,
    Sine,
    StepWave,
    Triangle,
    ValueList,
)
from canmcast_gui.transmit.payload.generator import start_all
from tests.transmit.payload.generated import BYTE_0, payloads


@given(st.integers(0, 10), st.integers(0, 10), st.integers(1, 4), st.integers(1, 100))
def test_a_counter_counts_and_starts_again(first, more, step, frames):
    last = first + more
    counter = Counter(BYTE_0, first, last, step)
    values = [payload[0] for payload in payloads(bytes(8), [counter], [0] * frames)]
    allowed = list(range(first, last + 1, step))
    assert values == [allowed[n % len(allowed)] for n in range(frames)]


@pytest.mark.parametrize(
    ("waveform", "values"),
    [
        (Sine, [0, 50, 100, 50, 0]),
        (Ramp, [0, 25, 50, 75, 0]),
        (Triangle, [0, 50, 100, 50, 0]),
        (StepWave, [0, 0, 100, 100, 0]),
    ],
)
def test_waveforms_follow_the_time_of_sending(waveform, values):
    generator = waveform(ScaledField(0, 8, scale=0.5), 0, 100, 1000)
    found = payloads(bytes(8), [generator], [0, 250, 500, 750, 1000])
    assert [payload[0] / 2 for payload in found] == values


def test_lists_and_random_values():
    each = ValueList(BYTE_0, (5, 6, 7))
    assert [payload[0] for payload in payloads(bytes(8), [each], [0, 9, 9, 9])] == [5, 6, 7, 5]
    held = ValueList(BYTE_0, (5, 6, 7), 10)
    assert [payload[0] for payload in payloads(bytes(8), [held], [0, 9, 10, 25])] == [5, 5, 6, 7]
    generator = RandomValue(BYTE_0, 3, 9, 1)
    first, second = (payloads(bytes(8), [generator], [0] * 50) for _ in range(2))
    assert first == second
    values = {payload[0] for payload in first}
    assert values <= set(range(3, 10))
    assert len(values) > 3


@pytest.mark.parametrize(
    ("generator", "words"),
    [
        (Counter(ScaledField(60, 8)), "outside"),
        (Counter(BYTE_0, last=300), "300"),
        (Counter(BYTE_0, step=0), "wrong value"),
        (Sine(BYTE_0, 0, 300, 5), "300"),
        (Sine(BYTE_0, 0, 30, 0), "period"),
        (Sine(BYTE_0, 0, 30, float("inf")), "wrong value"),
        (RandomValue(BYTE_0, 0, 30, 1 << 64), "seed"),
        (ValueList(BYTE_0, ()), "1 to"),
    ],
)
def test_wrong_parameters_are_refused(generator, words):
    with pytest.raises(TransmitError, match=words):
        start_all([generator], 8)
