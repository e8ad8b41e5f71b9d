"""Entries that could not be read are counted, and summarized in one line."""

import pytest

from canmcast_gui.logfile.problems import Missing, Problems, unread, unread_summary


def test_many_of_a_kind_are_counted_and_the_first_are_located():
    problems = Problems()
    problems.add("line 3", "no frame")
    problems.add_all(range(0, 4_000_000, 4), "no object", 1_000_000)
    assert problems.skipped == 1_000_001
    assert problems.messages[:3] == ["line 3: no frame", "byte 0: no object", "byte 4: no object"]
    assert len(problems.messages) == 50


@pytest.mark.parametrize(
    ("missing", "text"),
    [
        (Missing(5, 51.2, 68_277), "5 damaged places (51 s, about 68,000 frames missing)"),
        (Missing(1, 4.04, 1), "1 damaged place (4.0 s, about 1 frame missing)"),
        (Missing(1), "1 damaged place"),
        (Missing(2, 0.0, 123), "2 damaged places (about 120 frames missing)"),
        (Missing(2, 90_000.0, 0), "2 damaged places (25.0 h missing)"),
        (Missing(1, 0.01, 0), "1 damaged place"),
    ],
)
def test_the_text_of_damaged_places(missing, text):
    assert str(missing) == text


def test_damage_of_several_files_is_added():
    assert Missing(1, 2.0, 3) + Missing(4, 5.0, 6) == Missing(5, 7.0, 9)


def test_summaries():
    damaged = Missing(5, 51.0, 68_277)
    assert unread_summary("holes.blf", 127_805, 5, damaged) == (
        "127,805 frames loaded from holes.blf; 5 damaged places (51 s, about 68,000 frames missing)"
    )
    assert (
        unread_summary("a.asc", 2, 1, Missing()) == "2 frames loaded from a.asc; 1 unreadable entry skipped"
    )
    assert (
        unread_summary("a.asc", 1, 3, Missing()) == "1 frame loaded from a.asc; 3 unreadable entries skipped"
    )
    assert unread(1, Missing()) == "1 unreadable entry skipped"
    assert unread(2_000, Missing()) == "2,000 unreadable entries skipped"
    assert unread(5, damaged) == "5 damaged places (51 s, about 68,000 frames missing)"
