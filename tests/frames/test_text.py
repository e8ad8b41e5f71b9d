"""The cells that a user reads."""

import pytest

from canmcast_gui.frames import Flag
from canmcast_gui.frames.text import data_text, direction_text, dlc_text, id_text, type_text


def test_ids_have_three_or_eight_digits():
    assert id_text(0x1A, extended=False) == "01A"
    assert id_text(0x1A, extended=True) == "0000001A"
    assert id_text(0x1A, extended=True, decimal=True) == "26"


def test_data_is_pairs_or_aligned_numbers():
    assert data_text(b"\x0a\xff") == "0A FF"
    assert data_text(b"\x0a\xff", decimal=True) == " 10 255"


@pytest.mark.parametrize(
    ("flags", "letters"),
    [
        (0, "S"),
        (Flag.EXTENDED | Flag.REMOTE, "X R"),
        (Flag.FD | Flag.BRS | Flag.ESI, "S FD BRS ESI"),
        (Flag.ERROR, "S E"),
    ],
)
def test_type_letters(flags, letters):
    assert type_text(flags) == letters


def test_a_length_stands_beside_the_code_of_an_fd_frame():
    assert dlc_text(9, 12, Flag.FD) == "9 (12)"
    assert dlc_text(8, 8, 0) == "8"


def test_direction():
    assert (direction_text(Flag.TX), direction_text(0)) == ("Tx", "Rx")
