"""The session's databases: their order, and files that change while they are used."""

import pytest

from canmcast_gui.app.databases import Databases
from canmcast_gui.app.taskpool import TaskPool
from canmcast_gui.database import Scope
from tests.database.test_hostile import many
from tests.database.test_load import SMALL

WAIT_MS = 20_000


@pytest.fixture
def databases(qapp):
    pool = TaskPool()
    made = Databases(pool, pool)
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


def test_a_file_that_is_written_again_is_loaded_again(qtbot, databases, file):
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


def test_a_file_that_is_broken_for_a_while_keeps_what_was_loaded(qtbot, databases, file):
    load(qtbot, databases, file)
    with qtbot.waitSignal(databases.message, timeout=WAIT_MS) as said:
        file.write_text("half a fi")
    assert said.args[0] == "warning"
    assert "still used" in said.args[1]
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


def test_databases_are_in_the_order_in_which_they_were_asked_for(qtbot, databases, tmp_path):
    paths = [tmp_path / f"{number}.dbc" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_text(SMALL + SMALL[SMALL.index("BO_ 256") :].replace("256", "600") * (40 - 13 * number))
    load(qtbot, databases, *paths)
    assert [database.path for database in databases.loaded] == paths
    databases.move(paths[3], 0)
    assert [database.path for database in databases.loaded] == [paths[3], *paths[:3]]


def test_a_scope_that_is_set_before_loading_counts(qtbot, databases, file):
    databases.set_scope(file, Scope(frozenset([2])))
    load(qtbot, databases, file)
    assert databases.loaded.name(256, False, 1) == ""
    assert databases.loaded.name(256, False, 2) == "Engine"


def test_a_file_that_cannot_be_loaded_keeps_no_place(qtbot, databases, tmp_path):
    with qtbot.waitSignal(databases.message, timeout=WAIT_MS) as said:
        databases.load(tmp_path / "absent.dbc")
    assert said.args[0] == "error"
    assert len(databases.loaded) == 0


def test_what_is_still_loaded_ends_with_the_program(qtbot, tmp_path):
    pool = TaskPool()
    databases, said = Databases(pool, pool), []
    databases.message.connect(lambda level, text: said.append((level, text)))
    path = tmp_path / "many.dbc"
    path.write_text(many("messages", 5_000))
    parts = []
    databases.load(path).progress.connect(parts.append)
    databases.load(tmp_path / "many.dbc")  # waits for the first one
    qtbot.waitUntil(lambda: bool(parts), timeout=WAIT_MS)
    assert pool.shutdown()
    assert not len(databases.loaded)
    assert said == []
    databases.close()
    pool.deleteLater()
