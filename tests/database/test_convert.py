"""How values look."""

import pytest

from canmcast_gui.database import Signal
from canmcast_gui.database.convert import physical_value, value_text


@pytest.mark.parametrize(
    ("signal", "raw", "text"),
    [
        (Signal("S", 0, 8), 7, "7"),
        (Signal("S", 0, 8, scale=0.25), 3, "0.75"),
        (Signal("S", 0, 8, scale=0.1), 3, "0.3"),
        (Signal("S", 0, 8, scale=0.5, offset=-40), 3, "-38.5"),
        (Signal("S", 0, 32, scale=1e-7), 486265348, "48.6265348"),
        (Signal("S", 0, 64, scale=1e-16), 486265348000000000, "48.626534800"),
        (Signal("S", 0, 8, choices={3: "Reverse"}), 3, "Reverse"),
        (Signal("S", 0, 8, choices={3: "Reverse"}), 4, "4"),
        (Signal("S", 0, 32, is_float=True), 0.10000000149011612, "0.1"),
        (Signal("S", 0, 64, is_float=True), 1641469561.9497, "1641469561.95"),
        (Signal("S", 0, 32, is_float=True, choices={3: "Reverse"}), float("nan"), "nan"),
        (Signal("S", 0, 32, is_float=True, choices={3: "Reverse"}), float("inf"), "inf"),
    ],
)
def test_values_have_the_decimals_that_their_scale_implies(signal, raw, text):
    assert value_text(signal, raw, physical_value(signal, raw)) == text
