"""A reference recording: read in the background, moved, replaced, closed."""

from pathlib import Path

import pytest

from canmcast_gui.app.session import Session
from canmcast_gui.logfile import save
from tests.support.frames import traffic

WAIT_MS = 15_000


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "before.asc"
    save(path, [traffic(500)])
    return path


def test_a_reference_is_read_moved_and_closed(qtbot, session: Session, log: Path):
    reference = session.reference
    with qtbot.waitSignal(reference.changed):
        reference.open(log)
    assert reference.path == log
    qtbot.waitUntil(lambda: len(reference.recording) == 500, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not reference.is_reading, timeout=WAIT_MS)
    folder = reference.recording.folder
    with qtbot.waitSignal(reference.moved):
        reference.set_offset(-0.25)
    assert reference.offset_ns == -250_000_000
    with qtbot.waitSignal(reference.changed):
        reference.close()
    assert reference.recording is None
    assert reference.offset_ns == 0
    assert not folder.exists()


def test_another_file_replaces_one_that_is_being_read(qtbot, session: Session, log: Path):
    reference = session.reference
    reference.open(log)
    first = reference.recording.folder
    reference.open(log)
    assert reference.recording.folder != first
    qtbot.waitUntil(lambda: len(reference.recording) == 500 and not first.exists(), timeout=WAIT_MS)


def test_a_file_that_is_not_a_log_is_reported_and_not_compared(qtbot, session: Session, tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("no frames here\n")
    with qtbot.waitSignal(session.messages.posted, timeout=WAIT_MS) as posted:
        session.reference.open(path)
    assert posted.args[0] == "error"
    assert "notes.txt" in posted.args[1]
    assert session.reference.recording is None
