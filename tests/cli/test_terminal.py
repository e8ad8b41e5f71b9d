"""What is printed cannot control the terminal, whichever files and names it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.wording import printable

NAME = "a\x1b[2Jb c\u202ed"
SHOWN = r"a\x1b[2Jb c\u202ed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("é – 日本", "é – 日本"), (NAME, SHOWN), ("\x9b\x7f\t\n", r"\x9b\x7f\t\n"), ("\udcff", r"\udcff")],
)
def test_what_is_not_visible_becomes_an_escape(text, expected):
    assert printable(text) == expected


@given(st.text())
def test_all_that_is_printed_is_visible_and_what_is_visible_stays(text):
    shown = printable(text)
    assert shown.isprintable()
    assert (shown == text) == text.isprintable()
    assert shown.encode("utf-8").decode("utf-8") == shown


def test_a_file_name_is_harmless_in_results_and_errors(canmcast, log, tmp_path):
    source, out = log.rename(tmp_path / f"{NAME}.asc"), tmp_path / f"{NAME}.log"
    converted = canmcast("convert", source, out)
    absent = canmcast("info", tmp_path / f"{NAME}.blf")
    damaged = tmp_path / f"{NAME}.trc"
    damaged.write_text("nothing\n")
    unread = canmcast("info", damaged)
    assert converted.returncode == 0
    assert (absent.returncode, unread.returncode) == (2, 1)
    for result in (converted, absent, unread):
        assert SHOWN in result.stderr
        assert not any(one in result.stderr for one in "\x1b\u202e")
