"""Rows edited by their signals, compared with cantools."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.message_rows import lines_of, with_value
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import load_database
from canmcast_gui.resources_path import resource

DBC = """VERSION ""
BU_: ECU
BO_ 256 Multi: 8 ECU
 SG_ Page M : 0|4@1+ (1,0) [0|15] "" ECU
 SG_ Small m0 : 8|8@1- (0.5,-3) [-20|20] "V" ECU
 SG_ Wide m1 : 15|16@0+ (1,0) [0|0] "" ECU
 SG_ Real m2 : 32|32@1- (1,0) [0|0] "" ECU
 SG_ State : 4|2@1+ (1,0) [0|3] "" ECU
SIG_VALTYPE_ 256 Real : 1;
VAL_ 256 State 0 "off" 1 "on" ;
"""


@pytest.fixture(scope="module")
def message(tmp_path_factory):
    path = tmp_path_factory.mktemp("dbc") / "multi.dbc"
    path.write_text(DBC)
    return load_database(path).message(256, False)


def signal_lines(message, data):
    return {line.signal.name: line.value for line in lines_of(message, data)}


def test_a_multiplexer_selects_the_signals_that_are_offered(message):
    row = TransmitRow(arbitration_id=256)
    assert signal_lines(message, row.data) == {"Page": 0, "Small": -3.0, "State": 0}
    row, said = with_value(row, message.signal("Page"), 1)
    assert (said, set(signal_lines(message, row.data))) == ("", {"Page", "Wide", "State"})
    row, _ = with_value(row, message.signal("Wide"), "0x1234")
    assert row.data == bytes([1, 0x12, 0x34, 0, 0, 0, 0, 0])
    row, _ = with_value(row, message.signal("Page"), 2)
    row, _ = with_value(row, message.signal("Real"), 1.5)
    assert signal_lines(message, row.data)["Real"] == 1.5


def test_a_value_out_of_range_is_limited_with_a_message(message):
    row = TransmitRow(arbitration_id=256)
    row, said = with_value(row, message.signal("Small"), 99)
    assert signal_lines(message, row.data)["Small"] == 20
    assert said == "Small was limited to the range from -20 to 20 V."
    row, said = with_value(row, message.signal("State"), "on")
    assert (signal_lines(message, row.data)["State"], said) == (1, "")


def test_a_text_that_is_not_a_value_is_refused(message):
    row = TransmitRow(arbitration_id=256)
    for text in ("much", "", "nan", "inf"):
        with pytest.raises(RowError, match="not a value of Small"):
            with_value(row, message.signal("Small"), text)
    with pytest.raises(RowError, match="needs 2 bytes"):
        with_value(TransmitRow(data=b"\0"), message.signal("Small"), 1)
    assert signal_lines(message, b"\0") == {"Page": 0, "Small": None, "State": 0}


DEMO = load_database(resource("demo.dbc"))
PLAIN = [one for one in DEMO.messages if not any(signal.multiplexer for signal in one.signals)]


@given(st.sampled_from(PLAIN), st.data())
def test_edits_one_by_one_make_what_cantools_encodes(message, data):
    values = {}
    for signal in message.signals:
        low, high = signal.minimum, signal.maximum
        if low is None or high is None or low >= high or signal.is_float:
            continue
        raw = data.draw(st.integers(-(-round(low - signal.offset) // 1), 10**6).map(int), label=signal.name)
        value = signal.offset + raw * signal.scale
        values[signal.name] = min(max(value, low), high)
    row = TransmitRow(
        arbitration_id=message.arbitration_id,
        flags=(1 if message.extended else 0) | (8 if message.length > 8 else 0),
        data=DEMO.encode(message.name, {}),
    )
    for name, value in values.items():
        row, said = with_value(row, message.signal(name), value)
        assert said == ""
    assert row.data == DEMO.encode(message.name, values)
