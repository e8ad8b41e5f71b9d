"""Encoding: values become the payload from which they are decoded again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database import DatabaseError, load_database
from tests.database.test_load import SMALL

MULTIPLEXED = """VERSION ""
BU_: ECU
BO_ 512 Modes: 4 ECU
 SG_ Mode M : 0|8@1+ (1,0) [0|3] "" X
 SG_ Torque m1 : 8|16@1- (0.5,0) [-100|100] "Nm" X
 SG_ Level m2 : 8|8@1+ (1,0) [10|20] "%" X
"""


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("encode") / "both.dbc"
    path.write_text(SMALL.replace("CM_", MULTIPLEXED.split("BU_: ECU\n")[1] + "CM_", 1))
    return load_database(path)


@given(speed=st.integers(0, 65535), gear=st.integers(0, 7))
def test_encoded_values_are_decoded(database, speed, gear):
    payload = database.encode("Engine", {"Speed": speed / 4, "Gear": gear})
    values = {value.name: value.value for value in database.decode_frame(256, False, payload)}
    assert values == {"Speed": speed / 4, "Gear": gear}


def test_texts_of_choices_are_values(database):
    assert database.encode("Engine", {"Speed": 0.5, "Gear": "Reverse"}) == bytes([2, 0, 1, 0, 0, 0, 0, 0])


def test_other_signals_are_zero_or_the_nearest_valid_value(database):
    assert database.encode("Engine", {}) == bytes(8)
    assert database.encode("Modes", {"Mode": 2}) == bytes([2, 10, 0, 0])
    assert database.encode("Modes", {"Mode": 1, "Torque": -1}) == bytes([1, 0xFE, 0xFF, 0])


@pytest.mark.parametrize(
    ("message", "values", "reason"),
    [
        ("Nothing", {}, "no message Nothing"),
        ("Engine", {"Torque": 1}, "no signal Torque"),
        ("Engine", {"Speed": 1e6}, "Speed"),
        ("Engine", {"Gear": "Sideways"}, "cannot be encoded"),
        ("Modes", {"Mode": 9}, "Mode must be one of 1, 2"),
    ],
)
def test_invalid_values_are_refused_with_a_sentence(database, message, values, reason):
    with pytest.raises(DatabaseError, match=reason) as caught:
        database.encode(message, values)
    assert "\n" not in str(caught.value)
