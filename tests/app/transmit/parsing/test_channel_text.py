"""The channel of a row as text."""

import pytest

from canmcast_gui.app.transmit.parsing.channel_text import channel_text, parse_channel_number
from canmcast_gui.app.transmit.row import RowError

NAMES = {1: "powertrain", 2: "Body", 10: ""}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 0),
        ("the first", 0),
        ("2", 2),
        (" 7 ", 7),
        ("body", 2),
        ("2 Body", 2),
        ("1 POWERTRAIN", 1),
        ("10", 10),
    ],
)
def test_a_number_or_a_name_is_a_channel(text, number):
    assert parse_channel_number(text, NAMES) == number


@pytest.mark.parametrize("number", [0, 1, 2, 10, 16])
def test_what_is_shown_is_understood(number):
    assert parse_channel_number(channel_text(number, NAMES), NAMES) == number


def test_a_wrong_name_is_refused_with_the_right_ones():
    with pytest.raises(RowError, match=r"chassis is not a channel: .* such as 1 powertrain, 2 Body, 10;"):
        parse_channel_number("chassis", NAMES)
    with pytest.raises(RowError, match="-1 is not a channel: type its number or name; nothing for the first"):
        parse_channel_number("-1", {})
