"""The alarm for ids from the wrong sender, with frames as they arrive from a bus."""

import numpy as np
import pytest

from canmcast_gui.app.bus.sender_watch import SenderWatch, WrongSender
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.database import load_database
from canmcast_gui.frames import Flag, FrameBatch, Source

DATABASE = """VERSION ""
BU_: Motor Brake
BO_ 256 Speed: 8 Motor
 SG_ Value : 0|8@1+ (1,0) [0|0] "" Brake
BO_ 257 Torque: 8 Motor
 SG_ Value : 0|8@1+ (1,0) [0|0] "" Brake
BO_ 258 Oil: 8 Motor
 SG_ Value : 0|8@1+ (1,0) [0|0] "" Brake
BO_ 512 Pressure: 8 Brake
 SG_ Value : 0|8@1+ (1,0) [0|0] "" Motor
"""


class LiveSession(Session):
    """A session whose frames come from the test instead of a socket."""

    state = SessionState.LIVE

    def take(self, *frames: tuple[int, int], own: int = 0) -> None:
        """Frames of (id, last part of the sender's address), 10 ms apart; those of address ``own`` are Tx."""
        start = self.document.newest.generation * 1_000_000_000
        times = start + np.arange(len(frames)) * 10_000_000
        batch = FrameBatch.from_columns(
            times, [one[0] for one in frames], np.zeros((len(frames), 8), np.uint8)
        )
        sources = self.document.recording.sources
        batch.records["source"] = [sources.number(Source(f"10.0.0.{host}", 43113)) for _, host in frames]
        is_own = np.array([host == own for _, host in frames])
        batch.records["flags"][is_own] |= np.uint16(Flag.TX)
        self.document.append(batch)
        self.document.update_newest()


@pytest.fixture
def session(qtbot):
    session = LiveSession()
    yield session
    session.shutdown()


@pytest.fixture
def alarms(session):
    found: list[WrongSender] = []
    watch = SenderWatch(session, lambda number: session.document.recording.sources[number].address, session)
    watch.alarm.connect(found.append)
    watch.found = found
    return watch


def sentences(watch: SenderWatch) -> list[str]:
    watch.check()
    taken = [alarm.message for alarm in watch.found]
    watch.found.clear()
    return taken


def test_two_hosts_that_send_one_id_are_reported_once(session, alarms):
    session.take((0x100, 1), (0x100, 2), (0x101, 1))
    assert sentences(alarms) == []  # it may have taken over
    session.take((0x100, 1), (0x100, 2))
    alarms.check()
    (alarm,) = alarms.found
    assert alarm.message.startswith("Duplicate sender: 100 is sent by 10.0.0.1 and 10.0.0.2.")
    assert session.document.recording.find(alarm.filter_text).tolist() == [0, 1, 3, 4]
    session.take((0x100, 1), (0x100, 2))
    assert len(sentences(alarms)) == 1


def test_a_name_that_ends_with_a_parenthesis_is_followed_by_the_next_words(session, tmp_path):
    watch = SenderWatch(session, lambda number: f"sender {number} (1291{number})", session)
    watch.found = []
    watch.alarm.connect(watch.found.append)
    for _ in range(2):
        session.take((0x100, 1), (0x100, 2))
    (said,) = sentences(watch)
    assert said == (
        "Duplicate sender: 100 is sent by sender 1 (12911) and sender 2 (12912)."
        " Only one node of a bus may send an id."
    )
    path = tmp_path / "car.dbc"
    path.write_text(DATABASE)
    session.databases.loaded.add(load_database(path))
    session.clear()
    session.take((0x100, 1), (0x101, 1), (0x102, 2))
    (said,) = sentences(watch)
    assert said == (
        "sender 2 (12912) sends 102 (Oil), which the database assigns to node Motor"
        " (sent by sender 1 (12911))."
    )


def test_many_ids_make_one_message(session, alarms):
    for _ in range(2):
        for host in (1, 2):
            session.take(*((number, host) for number in range(0x300, 0x308)))
    (sentence,) = sentences(alarms)
    assert (
        "300, 301, 302, 303, 304 and 3 more are sent by two each, the first by 10.0.0.1 and 10.0.0.2"
        in sentence
    )


def test_a_message_of_another_node_is_reported(session, alarms, tmp_path):
    path = tmp_path / "car.dbc"
    path.write_text(DATABASE)
    session.databases.loaded.add(load_database(path))
    session.databases.changed.emit()
    session.take((0x102, 9), (0x100, 1), (0x101, 1), (0x200, 2))
    (sentence,) = sentences(alarms)
    assert sentence == (
        "10.0.0.9 sends 102 (Oil), which the database assigns to node Motor (sent by 10.0.0.1)."
    )
    session.take((0x102, 9), (0x100, 1), (0x101, 1), (0x200, 2))
    assert sentences(alarms) == []


def test_what_you_send_for_another_node_is_reported_as_yours(session, alarms, tmp_path):
    path = tmp_path / "car.dbc"
    path.write_text(DATABASE)
    session.databases.loaded.add(load_database(path))
    session.databases.changed.emit()
    session.take((0x102, 9), (0x100, 1), (0x101, 1), (0x200, 2), own=9)
    (sentence,) = sentences(alarms)
    assert sentence == (
        "You are sending 102 (Oil), which the database assigns to node Motor (sent by 10.0.0.1)."
    )


def test_a_node_that_moved_to_another_host_raises_no_alarm(session, alarms, tmp_path):
    path = tmp_path / "car.dbc"
    path.write_text(DATABASE)
    session.databases.loaded.add(load_database(path))
    session.databases.changed.emit()
    session.take((0x100, 1), (0x101, 1), (0x102, 1))
    assert sentences(alarms) == []
    session.document.newest.generation += 60  # a minute later
    session.take((0x100, 9), (0x101, 9), (0x102, 9))
    assert sentences(alarms) == []


def test_a_new_recording_is_checked_from_the_start(session, alarms):
    for _ in range(2):
        session.take((0x100, 1), (0x100, 2))
    assert len(sentences(alarms)) == 1
    session.clear()
    assert sentences(alarms) == []
    for _ in range(2):
        session.take((0x100, 1), (0x100, 2))
    assert len(sentences(alarms)) == 1
