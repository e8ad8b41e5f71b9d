"""The databases of the session: their order, files that change, and filters with their names."""

from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.app.document.databases import Databases, compile_for
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.tasks import TaskPool
from canmcast_gui.database import DatabaseSet, Scope, load_database
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.recording import Recording
from tests.database.test_hostile import many
from tests.database.test_load import SMALL

WAIT_MS = 20_000


@pytest.fixture
def messages(qapp):
    return Messages()


@pytest.fixture
def databases(messages):
    pool = TaskPool()
    made = Databases(pool, messages, pool)
    yield made
    pool.shutdown()
    made.close()
    pool.deleteLater()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "car.dbc"
    path.write_text(SMALL)
    return path


def load(qtbot, databases, *paths):
    for path in paths:
        databases.load(path)
    qtbot.waitUntil(lambda: len(databases.loaded) == len(paths), timeout=WAIT_MS)


def names(databases):
    return [message.name for database in databases.loaded for message in database.messages]


def test_a_file_that_is_written_is_loaded_again(qtbot, databases, file):
    load(qtbot, databases, file)
    file.write_text(SMALL.replace("Engine", "Motor"))
    qtbot.waitUntil(lambda: names(databases) == ["Motor", "Group"], timeout=WAIT_MS)


def test_a_file_that_an_editor_replaces_is_loaded_again_each_time(qtbot, databases, file):
    load(qtbot, databases, file)
    for name in ("Motor", "Turbine"):
        new = file.with_suffix(".new")
        new.write_text(SMALL.replace("Engine", name))
        new.replace(file)
        qtbot.waitUntil(lambda name=name: names(databases)[0] == name, timeout=WAIT_MS)


def test_a_file_that_cannot_be_reloaded_leaves_the_old_database(qtbot, databases, messages, file):
    load(qtbot, databases, file)
    with qtbot.waitSignal(messages.posted, timeout=WAIT_MS) as posted:
        file.write_text("half a fi")
    assert posted.args[0] == "warning"
    assert "still used" in posted.args[1]
    assert names(databases) == ["Engine", "Group"]
    file.unlink()
    file.write_text(SMALL.replace("Engine", "Motor"))
    qtbot.waitUntil(lambda: names(databases) == ["Motor", "Group"], timeout=WAIT_MS)


def test_a_removed_database_does_not_come_back(qtbot, databases, file):
    load(qtbot, databases, file)
    databases.remove(file)
    with qtbot.assertNotEmitted(databases.changed, wait=600):
        file.write_text(SMALL.replace("Engine", "Motor"))
    assert names(databases) == []


def test_databases_are_in_the_order_in_which_they_were_requested(qtbot, databases, tmp_path):
    paths = [tmp_path / f"{number}.dbc" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_text(SMALL + SMALL[SMALL.index("BO_ 256") :].replace("256", "600") * (40 - 13 * number))
    load(qtbot, databases, *paths)
    assert [database.path for database in databases.loaded] == paths
    databases.move(paths[3], 0)
    assert [database.path for database in databases.loaded] == [paths[3], *paths[:3]]


def test_a_scope_can_be_set_before_loading(qtbot, databases, file):
    databases.set_scope(file, Scope(frozenset([2])))
    load(qtbot, databases, file)
    assert databases.loaded.name(256, False, 1) == ""
    assert databases.loaded.name(256, False, 2) == "Engine"


def test_a_file_that_cannot_be_loaded_is_not_in_the_order(qtbot, databases, messages, tmp_path):
    with qtbot.waitSignal(messages.posted, timeout=WAIT_MS) as posted:
        databases.load(tmp_path / "absent.dbc")
    assert posted.args[0] == "error"
    assert len(databases.loaded) == 0


def test_shutdown_cancels_databases_that_are_being_loaded(qtbot, tmp_path):
    pool = TaskPool()
    messages, posted = Messages(pool), []
    databases = Databases(pool, messages, pool)
    messages.posted.connect(lambda level, text: posted.append((level, text)))
    path = tmp_path / "many.dbc"
    path.write_text(many("messages", 5_000))
    parts = []
    databases.load(path).progress.connect(parts.append)
    databases.load(tmp_path / "many.dbc")  # waits for the first one
    qtbot.waitUntil(lambda: bool(parts), timeout=WAIT_MS)
    assert pool.shutdown()
    assert not len(databases.loaded)
    assert posted == []
    databases.close()
    pool.deleteLater()


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
def truck(tmp_path: Path) -> DatabaseSet:
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
def test_a_filter_knows_names_signals_sources_and_the_start(recording, truck, text, rows):
    assert recording.find(compile_for(text, recording, truck)).tolist() == rows


def test_a_filter_can_be_used_after_its_database_was_removed(recording, truck):
    condition = compile_for("Engine.Revs > 3000 or ccvs", recording, truck)
    for database in list(truck):
        truck.remove(database.path)
    assert recording.find(condition).tolist() == [0, 1, 2, 5]
    with pytest.raises(FilterError, match="no loaded database has a signal"):
        compile_for("Engine.Revs > 3000", recording, truck)


def test_an_unknown_text_of_a_value_is_refused_with_the_known_ones(recording, truck):
    with pytest.raises(FilterError, match="“Park” is not a value of Engine") as caught:
        compile_for("fd or Engine.Gear == Park", recording, truck)
    assert "Neutral" in caught.value.message
    assert caught.value.position == 21
    with pytest.raises(FilterError, match="it has numbers only"):
        compile_for("Engine.Revs == many", recording, truck)
