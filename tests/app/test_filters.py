"""Filters of the session know the names, signals and sources of now, and survive those that go."""

from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.app.filters import compile_for
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.recording import Recording

# A J1939 parameter group (CCVS) as sent by FE, a message of 29 bits, and one of 11.
TEXT = """VERSION ""
BU_: X
BO_ 2566844926 CCVS: 8 X
 SG_ Speed : 8|16@1+ (0.00390625,0) [0|251] "km/h" X
BO_ 256 Engine: 8 X
 SG_ Revs : 0|16@1+ (0.25,0) [0|16383] "rpm" X
 SG_ Gear : 8|8@1+ (1,0) [0|255] "" X
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "VFrameFormat" BO_ 2566844926 3;
VAL_ 256 Gear 0 "Neutral" 78 "Reverse gear" ;
"""


@pytest.fixture
def databases(tmp_path: Path) -> DatabaseSet:
    path = tmp_path / "truck.dbc"
    path.write_text(TEXT)
    made = DatabaseSet()
    made.add(load_database(path))
    return made


@pytest.fixture
def recording(tmp_path: Path):
    """CCVS from two senders and with another priority, another group, and the engine at 50 and 5000 rpm."""
    ids = [0x18FEF1FE, 0x18FEF121, 0x0CFEF100, 0x18FEF200, 0x100, 0x100]
    data = np.zeros((6, 8), np.uint8)
    data[:, 1] = [0, 0, 0, 0, 0, 0x4E]
    data[4, 0] = 200
    flags = [Flag.EXTENDED] * 4 + [0, 0]
    batch = FrameBatch.from_columns(range(10**9, 7 * 10**9, 10**9), ids, data, flags=flags)
    with Recording.create(tmp_path / "trace") as made:
        batch.records["source"][:] = [made.sources.number(Source(f"10.0.0.{n}", 5)) for n in range(6)]
        made.append(batch)
        yield made


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('name ~ "CC*"', [0, 1, 2]),
        ("ccvs", [0, 1, 2]),
        ("name == CCVS", [0, 1, 2]),
        ("not name ~ vs", [3, 4, 5]),
        ("Engine.Revs > 3000", [5]),
        ("Engine.Revs in 0..100", [4]),
        ("CCVS.Speed < 1 and source == 10.0.0.1", [1]),
        ("Engine.Gear == neutral", [4]),
        ('Engine.Gear = "Reverse gear"', [5]),
        ("Engine.Gear != Neutral", [5]),
        ("not Engine.Gear == Neutral and not ccvs", [3, 5]),
        ("time >= 4", [4, 5]),
    ],
)
def test_names_signals_sources_and_the_start(recording, databases, text, rows):
    assert recording.find(compile_for(text, recording, databases)).tolist() == rows


def test_a_filter_outlives_its_database(recording, databases):
    condition = compile_for("Engine.Revs > 3000 or ccvs", recording, databases)
    for database in list(databases):
        databases.remove(database.path)
    assert recording.find(condition).tolist() == [0, 1, 2, 5]
    with pytest.raises(FilterError, match="no loaded database has a signal"):
        compile_for("Engine.Revs > 3000", recording, databases)


def test_a_text_that_is_no_value_is_refused_with_those_that_are(recording, databases):
    with pytest.raises(FilterError, match="“Park” is no value of Engine") as caught:
        compile_for("fd or Engine.Gear == Park", recording, databases)
    assert "Neutral" in caught.value.message
    assert caught.value.position == 21
    with pytest.raises(FilterError, match="it has numbers only"):
        compile_for("Engine.Revs == many", recording, databases)
