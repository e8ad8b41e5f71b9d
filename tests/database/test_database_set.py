"""Several databases: the first that has an id describes it."""

import numpy as np
import pytest

from canmcast_gui.database import DatabaseError, DatabaseSet, Scope, load_database
from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.transmit.conditions import masked_ids
from tests.database.test_load import SMALL


@pytest.fixture
def files(tmp_path):
    one, other = tmp_path / "one.dbc", tmp_path / "other.dbc"
    one.write_text(SMALL)
    other.write_text(SMALL.replace("Engine", "Motor").replace("BO_ 2566844926 Group", "BO_ 513 Extra"))
    return one, other


def test_the_first_database_that_has_an_id_names_it(files):
    databases = DatabaseSet()
    databases.add(load_database(files[0]))
    databases.add(load_database(files[1]))
    assert databases.name(256, False) == "Engine"
    assert databases.name(513, False) == "Extra"
    assert databases.name(514, False) == ""
    assert [value.name for value in databases.decode_frame(513, False, b"\x01")] == ["Level"]
    assert databases.decode_frame(514, False, b"\x01") == []
    assert databases.ids_named("*o*") == {(0x00FEF100, True, 0x03FFFF00)}
    databases.remove(files[0])
    assert databases.name(256, False) == "Motor"
    assert len(databases) == 1


def test_a_signal_is_decoded_by_the_database_that_has_it(files):
    databases = DatabaseSet()
    for path in files:
        databases.add(load_database(path))
    batch = FrameBatch.from_columns([1, 2], 256, np.array([[4, 0], [8, 0]], np.uint8))
    times, values = databases.decode(batch, "Motor.Speed")
    assert (times.tolist(), values.tolist()) == ([1, 2], [1.0, 2.0])
    assert databases.signal("Motor.Speed").unit == "rpm"
    with pytest.raises(DatabaseError, match="no database has the signal"):
        databases.decode(batch, "Motor.Nothing")


def test_a_file_that_is_loaded_again_keeps_its_position(files):
    databases = DatabaseSet()
    for path in (*files, files[0]):
        databases.add(load_database(path))
    assert [database.name for database in databases] == ["one", "other"]


@pytest.fixture
def scoped(files):
    databases = DatabaseSet()
    for path in files:
        databases.add(load_database(path))
    databases.set_scope(files[0], Scope(frozenset([1])))
    databases.set_scope(files[1], Scope(frozenset(), frozenset(["10.0.0.7"])))
    return databases


def test_databases_are_used_only_for_their_channels_and_sources(scoped):
    assert scoped.name(256, False, 1, "10.0.0.7") == "Engine"
    assert scoped.name(256, False, 2, "10.0.0.7") == "Motor"
    assert scoped.name(256, False, 2, "10.0.0.8") == ""
    assert scoped.name(256, False) == "Engine"
    assert scoped.decode_frame(256, False, b"\x04\x00", 2, "10.0.0.8") == []
    assert len(scoped.decode_frame(256, False, b"\x04\x00\x00", 2, "10.0.0.7")) == 2


def test_filters_by_name_keep_to_the_channels_of_the_database(files):
    databases = DatabaseSet()
    for path in files:
        databases.add(load_database(path))
    databases.set_scope(files[0], Scope(frozenset([2])))
    batch = FrameBatch.from_columns([0] * 4, 256, [[0]] * 4, channel=[0, 1, 2, 3])
    extended = FrameBatch.from_columns(
        [0] * 2, 0x18FEF126, [[0]] * 2, channel=[1, 2], flags=[int(Flag.EXTENDED)] * 2
    )

    def found(text, batch=batch):
        window = compile_filter(text, names=databases.ids_named).mask(batch)
        sent = masked_ids(databases.ids_named(text.split()[-1]))
        transmit = compile_filter(text, names=lambda _pattern: sent).mask(batch)
        assert window.tolist() == transmit.tolist()
        return batch.channel[window].tolist()

    assert found("name == Engine") == [2]
    assert found("name == Motor") == [0, 1, 3]
    assert found("name == Group", extended) == [2]
    databases.set_scope(files[0], Scope())
    assert found("name == Engine") == [0, 1, 2, 3]
    assert found("name == Motor") == []


def test_columns_have_the_frames_that_a_database_is_for(scoped, files):
    table = SourceTable()
    source = table.number(Source("10.0.0.7", 1))
    scoped.use_sources(table)
    data = np.array([[4, 0], [8, 0], [12, 0], [16, 0]], np.uint8)
    batch = FrameBatch.from_columns(range(4), 256, data, channel=[1, 2, 2, 1], source=[0, source, 0, source])
    assert scoped.decode_rows(batch, "Engine.Speed")[0].tolist() == [0, 3]
    times, values = scoped.decode(batch, "Motor.Speed")
    assert (times.tolist(), values.tolist()) == ([1, 3], [2.0, 4.0])
    # both have Level; the first takes channel 1, the second what is left of its source
    batch.records["arbitration_id"] = [2566844926 & 0x1FFFFFFF, 513, 513, 513]
    batch.records["flags"][0] = 1
    assert scoped.reader("Nothing.Speed") is None
    assert scoped.decode_rows(batch, "Extra.Level")[0].tolist() == [1, 3]


def test_a_signal_of_two_databases_is_read_by_each_for_its_frames(files):
    databases = DatabaseSet()
    halved = SMALL.replace("(0.25,0)", "(0.5,0)")
    files[1].write_text(halved)
    for path, channel in zip(files, (1, 2), strict=True):
        databases.add(load_database(path))
        databases.set_scope(path, Scope(frozenset([channel])))
    batch = FrameBatch.from_columns(range(3), 256, [[4, 0]] * 3, channel=[2, 1, 3])
    rows, values = databases.decode_rows(batch, "Engine.Speed")
    assert (rows.tolist(), values.tolist()) == ([0, 1], [2.0, 1.0])


def test_ids_that_databases_describe_differently_are_conflicts(files):
    databases = DatabaseSet()
    for path in files:
        databases.add(load_database(path))
    (conflict,) = databases.conflicts()
    assert str(conflict) == "id 100 is Engine in one.dbc, which comes first, and Motor in other.dbc"
    databases.move(files[1], 0)
    assert "Motor in other.dbc, which comes first" in str(databases.conflicts()[0])
    databases.set_scope(files[0], Scope(frozenset([1])))
    assert len(databases.conflicts()) == 1
    databases.set_scope(files[1], Scope(frozenset([2])))
    assert databases.conflicts() == []


def test_names_of_parameter_groups_have_the_addresses(files):
    databases = DatabaseSet()
    databases.add(load_database(files[0]))
    assert databases.name(0x18FEF142, True) == "Group (SA 42)"


def test_a_reserved_position_is_that_of_the_file(files):
    databases = DatabaseSet()
    for path in files:
        databases.reserve(path)
    for path in reversed(files):
        databases.add(load_database(path))
    assert [database.path for database in databases] == list(files)
