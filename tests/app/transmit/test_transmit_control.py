"""What a session keeps of what is sent, without a bus."""

import json

import pytest
from PySide6.QtCore import QSettings

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import Sequence
from canmcast_gui.app.transmit.transmit_control import CATCH_UP, RATE_LIMIT, ROWS, SEQUENCES
from canmcast_gui.app.transmit.transmit_link import MAX_RATE_LIMIT, NO_BUS
from canmcast_gui.frames.schema import dump


@pytest.fixture
def settings(tmp_path):
    return AppSettings(tmp_path / "settings.ini")


def test_rows_sequences_and_the_limit_come_from_the_settings_and_go_there(session, messages, settings):
    settings.field(ROWS).set((TransmitRow(name="Ping"),))
    settings.field(SEQUENCES).set((Sequence("Wake", "wait 1 ms"),))
    settings.field(RATE_LIMIT).set(500)
    transmit = session.transmit
    transmit.use_settings(settings)
    assert list(transmit.rows) == [TransmitRow(name="Ping")]
    assert transmit.sequences.sequences == [Sequence("Wake", "wait 1 ms")]
    assert transmit.limit == 500
    transmit.rows.reset([])
    transmit.sequences.rename(0, "Sleep")
    transmit.set_limit(0)
    assert settings.field(ROWS).value == ()
    assert settings.field(SEQUENCES).value[0].name == "Sleep"
    assert settings.field(RATE_LIMIT).value == 0
    assert messages == []


def test_damaged_values_are_left_out_and_reported(session, tmp_path):
    path = tmp_path / "settings.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    store.setValue("transmit/rows", json.dumps([dump(TransmitRow(name="Ping")), {"flags": "x"}]))
    store.setValue("transmit/sequences", json.dumps([{"name": 1}, "text"]))
    store.sync()
    settings = AppSettings(path)
    session.transmit.use_settings(settings)
    assert [row.name for row in session.transmit.rows] == ["Ping"]
    assert session.transmit.sequences.sequences == [Sequence()]
    assert "transmit/rows[1]" in settings.bad_values()


def test_whether_late_frames_are_sent_follows_the_setting(session, settings):
    session.transmit.use_settings(settings)
    assert session.transmit.catch_up is False
    settings.field(CATCH_UP).set(True)
    assert session.transmit.catch_up is True


def test_a_limit_out_of_range_is_limited(session):
    session.transmit.set_limit(-1)
    assert session.transmit.limit == 0
    session.transmit.set_limit(10**9)
    assert session.transmit.limit == MAX_RATE_LIMIT


def test_without_a_bus_nothing_runs_and_a_row_stays_disarmed(session, messages):
    transmit, failures = session.transmit, []
    for control in (transmit.sequences, transmit.replay, transmit.fuzz):
        control.failed.connect(failures.append)
    transmit.sequences.start("wait 1 ms")
    assert failures == [NO_BUS]
    transmit.rows.reset([TransmitRow()])
    transmit.rows.set_armed(0, True)
    assert not transmit.rows.is_armed(0)
    assert messages[-1][0] == "warning"


def test_the_last_sequence_is_replaced_by_an_empty_one(session):
    sequences = session.transmit.sequences
    sequences.add()
    assert [one.name for one in sequences.sequences] == ["Sequence 1", "Sequence 2"]
    sequences.remove(0)
    sequences.remove(0)
    assert sequences.sequences == [Sequence()]
