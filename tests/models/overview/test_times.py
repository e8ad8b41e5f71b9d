"""Times that a user types, and times as text."""

from datetime import datetime

import pytest

from canmcast_gui.models.overview.times import TimeRange, date_text, duration_text

SECOND = 1_000_000_000


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000) * 1_000_000


FIRST, LAST = at("2026-01-31 23:59:00"), at("2026-02-01 00:10:00.500")
TIMES = TimeRange(FIRST, LAST, FIRST)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("83.25", FIRST + 83_250_000_000),
        (" 83,25 s ", FIRST + 83_250_000_000),
        ("1500 ms", FIRST + 1_500_000_000),
        ("2 min", FIRST + 120 * SECOND),
        ("0", FIRST),
        ("660.9", LAST),  # what is typed may be rounded
        ("23:59:30", FIRST + 30 * SECOND),
        ("23:59", FIRST),
        ("0:05", at("2026-02-01 00:05")),
        ("00:05:01.25", at("2026-02-01 00:05:01.250")),
        ("2026-02-01", at("2026-02-01 00:00")),
        ("2026-02-01 00:01:30", at("2026-02-01 00:01:30")),
        ("2026-1-31T23:59:59,5", at("2026-01-31 23:59:59.500")),
    ],
)
def test_a_time_is_understood(text, wanted):
    assert TIMES.parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("soon", "Type seconds (83.2), a time of day"),
        ("", "Type seconds"),
        ("7000", "The recording has frames from 0.000 s (2026-01-31 23:59:00.000) to 660.500 s (2026-02-01"),
        ("12:00", "The recording has frames from"),
        ("25:00", "25:00 is not a time of day."),
        ("2026-02-30", "2026-02-30 is not a date of the calendar."),
        ("2026-02-01 noon", "noon is not a time of day."),
    ],
)
def test_a_text_that_gives_none_is_explained(text, reason):
    with pytest.raises(ValueError) as error:
        TIMES.parse(text)
    assert str(error.value).startswith(reason)


def test_seconds_count_from_time_zero():
    times = TimeRange(FIRST, LAST, FIRST + 60 * SECOND)
    assert times.parse("-10") == FIRST + 50 * SECOND
    assert times.describe(FIRST) == "-60.000 s (2026-01-31 23:59:00.000)"


def test_a_file_without_a_date_has_seconds_only():
    times = TimeRange(0, 10 * SECOND, 0)
    assert times.parse("5") == 5 * SECOND
    assert times.describe(5 * SECOND) == "5.000 s"
    assert date_text(5 * SECOND) == ""
    with pytest.raises(ValueError, match="no date"):
        times.parse("12:00")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "0.0123 s"),
        (12.34, "12.3 s"),
        (147, "2 min 27 s"),
        (11100, "3 h 05 min"),
        (200_000, "2 days 7 h"),
    ],
)
def test_durations(seconds, text):
    assert duration_text(round(seconds * SECOND)) == text
