"""What is typed as a trigger: a filter and a delay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.app.transmit.trigger import parse_trigger

MS = 1_000_000


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("id == 0x100", ("id == 0x100", 0)),
        ("id == 0x100 and data[0] & 1 after 20 ms", ("id == 0x100 and data[0] & 1", 20 * MS)),
        ("id == 0x100 after 500us", ("id == 0x100", 500_000)),
        ("id == 0x100 after 250 µs", ("id == 0x100", 250_000)),
        ("id == 0x100 after 1.5 s", ("id == 0x100", 1500 * MS)),
        ("id == 0x100 after 86400 s", ("id == 0x100", 86_400_000 * MS)),
        ("id == 0x100 AFTER 0.5 ms", ("id == 0x100", 500_000)),
        ('name ~ "after 5 ms"', ('name ~ "after 5 ms"', 0)),
        ('name ~ "after" after 0 ms', ('name ~ "after"', 0)),
        ("Thereafter", ("Thereafter", 0)),
    ],
)
def test_a_filter_and_a_delay(text, wanted):
    assert parse_trigger(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id == 1 after 20", "after 20 ms, .* not 20 .at character 9"),
        ("id == 1 after", "with a number .at character 9"),
        ("id == 1 after 20 ms and fd", "not 20 ms and fd"),
        ("id == 1 after -5 ms", "not -5 ms"),
        ("id == 1 after 2 h", "not 2 h"),
        ("id == 1 after 86401 s", "at most 86,400 s"),
        (f"id == 1 after {'9' * 400} s", "at most"),
        ("after 20 ms", "which frames"),
        ('name ~ "Eng', "not closed .at character 8"),
    ],
)
def test_a_wrong_one_says_where(text, reason):
    with pytest.raises(RowError, match=reason):
        parse_trigger(text)


units = st.sampled_from(["us", "µs", "ms", "s"])


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused_in_a_sentence(text):
    try:
        condition, delay_ns = parse_trigger(text)
    except RowError as error:
        assert str(error).endswith((".", ")."))
    else:
        assert condition
        assert 0 <= delay_ns <= 3600 * 1000 * MS


@given(st.integers(0, 3600), st.integers(0, 999), units, st.sampled_from(["", " ", "  "]))
def test_a_delay_means_what_it_says(whole, part, unit, space):
    ns = {"us": 1_000, "µs": 1_000, "ms": MS, "s": 1000 * MS}[unit]
    text = f"id == 5 after {whole}.{part:03d}{space}{unit}"
    wanted = whole * ns + part * ns // 1000
    if wanted > 3600 * 1000 * MS:
        with pytest.raises(RowError):
            parse_trigger(text)
    else:
        assert parse_trigger(text) == ("id == 5", wanted)
