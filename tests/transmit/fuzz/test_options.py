"""The rate of a fuzz run: from one frame in 24 hours to a million per second."""

import pytest

from canmcast_gui.frames.units import MAX_PERIOD_NS
from canmcast_gui.transmit import FuzzOptions, TransmitError
from canmcast_gui.transmit.fuzz.options import MAX_RATE, MIN_RATE, period_of


@pytest.mark.parametrize(
    ("rate", "period_ns"), [(MAX_RATE, 1000), (100.0, 10_000_000), (MIN_RATE, MAX_PERIOD_NS)]
)
def test_a_rate_is_a_period(rate, period_ns):
    assert period_of(rate) == period_ns
    assert FuzzOptions(period_ns=period_ns).validated().period_ns == period_ns


@pytest.mark.parametrize("rate", [0.0, 1e-300, MIN_RATE * 0.99, MAX_RATE + 1, float("nan"), float("inf")])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(TransmitError, match="one in 24 hours to 1,000,000/s"):
        period_of(rate)


@pytest.mark.parametrize("channel", [-1, 0, 256])
def test_a_channel_out_of_range_is_refused(channel):
    with pytest.raises(TransmitError, match="not a channel"):
        FuzzOptions(channel=channel).validated()
