"""Several databases: the first that knows answers."""

import numpy as np
import pytest

from canmcast_gui.database import DatabaseError, DatabaseSet, load_database
from canmcast_gui.frames import FrameBatch
from tests.database.test_load import SMALL


@pytest.fixture
def files(tmp_path):
    one, other = tmp_path / "one.dbc", tmp_path / "other.dbc"
    one.write_text(SMALL)
    other.write_text(SMALL.replace("Engine", "Motor").replace("BO_ 2566844926 Group", "BO_ 513 Extra"))
    return one, other


def test_the_first_database_that_knows_an_id_names_it(files):
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


def test_a_file_that_is_loaded_again_takes_its_old_place(files):
    databases = DatabaseSet()
    for path in (*files, files[0]):
        databases.add(load_database(path))
    assert [database.name for database in databases] == ["one", "other"]
