"""What a frame says, as text."""

from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import Flag, FrameBatch, SourceTable
from canmcast_gui.models.trace.info import MOST_SIGNALS, InfoTexts
from tests.support.frames import databases, mixed, traffic

MULTIPLEXED = """VERSION ""
NS_ :
BS_:
BU_: A
BO_ 512 Tyres: 3 A
 SG_ Wheel M : 0|8@1+ (1,0) [0|255] "" A
 SG_ Pressure m0 : 8|8@1+ (0.1,0) [0|20] "bar" A
 SG_ Temperature m1 : 16|8@1- (1,0) [0|0] "°C" A
VAL_ 512 Wheel 0 "Left" 1 "Right" ;
"""


def texts_of(batch: FrameBatch, known: DatabaseSet) -> list[str]:
    return InfoTexts(known).texts(batch, SourceTable())


def frames(payloads: list[bytes], arbitration_id: int = 512, flags: int = 0) -> FrameBatch:
    data = np.array([list(payload) for payload in payloads], np.uint8)
    return FrameBatch.from_columns(
        timestamp_ns=np.arange(len(payloads)), arbitration_id=arbitration_id, data=data, flags=flags
    )


def one_file(folder: Path, text: str) -> DatabaseSet:
    path = folder / "one.dbc"
    path.write_text(text, encoding="cp1252")
    known = DatabaseSet()
    known.add(load_database(path))
    return known


def test_signals_have_values_and_units(tmp_path):
    known = databases(tmp_path)
    assert texts_of(traffic(5), known) == [
        "Speed 0.00 rpm · Gear Neutral", "", "", "", "Speed 1.00 rpm · Gear Neutral",
    ]  # fmt: skip


def test_only_the_signals_that_a_multiplexer_selects_are_shown(tmp_path):
    known = one_file(tmp_path, MULTIPLEXED)
    batch = frames([bytes([0, 25, 7]), bytes([1, 25, 0xF9]), bytes([9, 1, 2])])
    assert texts_of(batch, known) == [
        "Wheel Left · Pressure 2.5 bar", "Wheel Right · Temperature -7 °C", "Wheel 9 (!)",
    ]  # fmt: skip


def test_remote_and_error_frames_say_what_they_are():
    found = texts_of(mixed(), DatabaseSet())
    assert found == ["", "", "Remote frame, 0 bytes requested", "Error frame", "", ""]


@pytest.mark.parametrize(
    ("error_class", "payload", "text"),
    [
        (0x040, bytes(8), "Error frame: bus off"),
        (0x020, bytes(8), "Error frame: no acknowledgment"),
        (0x004, bytes([0, 0x30, 0, 0, 0, 0, 0, 0]),
         "Error frame: controller (receive error passive, transmit error passive)"),
        (0x088, bytes([0, 0, 4, 0, 0, 0, 0, 0]), "Error frame: protocol (bit stuffing), bus error"),
        (0x123 << 3, bytes(8), "Error frame"),
        (0x040, bytes(4), "Error frame"),
        (0, bytes(8), "Error frame"),
    ],
)  # fmt: skip
def test_error_classes_of_socketcan(error_class, payload, text):
    assert texts_of(frames([payload], error_class, Flag.ERROR), DatabaseSet()) == [text]


def test_a_message_of_many_signals_is_cut(tmp_path):
    signals = "".join(f' SG_ S{n} : {n}|1@1+ (1,0) [0|1] "" A\n' for n in range(64))
    known = one_file(tmp_path, f'VERSION ""\nBU_: A\nBO_ 512 Bits: 8 A\n{signals}')
    (text,) = texts_of(frames([bytes(8)]), known)
    assert text.split(" · ")[-2:] == [f"S{MOST_SIGNALS - 1} 0", "…"]


def test_changed_databases_give_other_texts(tmp_path):
    known = one_file(tmp_path, MULTIPLEXED)
    info, batch = InfoTexts(known), frames([bytes([0, 25, 7])])
    assert info.texts(batch, SourceTable()) == ["Wheel Left · Pressure 2.5 bar"]
    known.add(load_database(_file(tmp_path, MULTIPLEXED.replace("bar", "psi"))))
    info.clear()
    assert info.texts(batch, SourceTable()) == ["Wheel Left · Pressure 2.5 psi"]


def _file(folder: Path, text: str) -> Path:
    path = folder / "one.dbc"
    path.write_text(text, encoding="cp1252")
    return path
