"""Messages go with the document or the action that they are about, and name files as they are."""

import pytest

from canmcast_gui.app.session import SessionState
from canmcast_gui.logfile import save
from tests.logfile.frames import small_batch
from tests.ui.live import go_live


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.blf"
    save(path, [small_batch(10)])
    return path


@pytest.fixture
def damaged(tmp_path):
    path = tmp_path / "damaged.blf"
    save(path, [small_batch(9_000)])
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 40] = bytes(40)
    path.write_bytes(content)
    return path


def open_and_wait(qtbot, window, path, begin):
    window.files.open(str(path))
    qtbot.waitUntil(lambda: any(text.startswith(begin) for text in window.panel.messages.texts))


def open_good(qtbot, stage, window, path):
    with qtbot.waitSignal(stage.session.document.replaced):
        window.files.open(str(path))
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE)


def test_what_was_said_of_a_file_goes_with_it(qtbot, stage, window, good, damaged, tmp_path):
    open_and_wait(qtbot, window, damaged, "")
    (text,) = window.panel.messages.texts
    assert "frames loaded from damaged.blf; 1 damaged place" in text
    assert "missing)" in text
    open_good(qtbot, stage, window, good)
    assert window.panel.messages.texts == []
    empty = tmp_path / "empty.asc"
    empty.write_bytes(b"")
    open_and_wait(qtbot, window, empty, "empty.asc in ")
    open_good(qtbot, stage, window, good)
    assert window.panel.messages.texts == []


def test_what_was_said_of_a_file_holds_again_when_the_next_one_cannot_be_opened(
    qtbot, window, damaged, tmp_path
):
    open_and_wait(qtbot, window, damaged, "")
    (said,) = window.panel.messages.texts
    empty = tmp_path / "empty.asc"
    empty.write_bytes(b"")
    open_and_wait(qtbot, window, empty, "empty.asc in ")
    assert window.panel.messages.texts[0] == said
    assert len(window.panel.messages.texts) == 2


def test_what_was_said_of_a_file_goes_when_a_bus_is_connected(qtbot, stage, window, tmp_path, network):
    empty = tmp_path / "empty.asc"
    empty.write_bytes(b"")
    open_and_wait(qtbot, window, empty, "empty.asc in ")
    go_live(qtbot, stage.session, network.free_port())
    assert window.panel.messages.texts == []


def test_a_failed_record_is_forgotten_when_the_next_one_runs(qtbot, stage, window, tmp_path):
    folder = tmp_path / "log.blf"
    folder.mkdir()
    assert not stage.session.record.start(folder)
    (text,) = window.panel.messages.texts
    assert text.startswith("log.blf in ")
    folder.rmdir()
    assert stage.session.record.start(folder)
    assert window.panel.messages.texts == []
    stage.session.record.stop()


def test_a_failed_save_is_forgotten_when_the_next_one_begins(qtbot, stage, window, good, tmp_path):
    open_good(qtbot, stage, window, good)
    folder = tmp_path / "copy.blf"
    folder.mkdir()
    with qtbot.waitSignal(stage.session.document.save(folder).ended):
        pass
    assert window.panel.messages.texts[0].startswith("copy.blf in ")
    with qtbot.waitSignal(stage.session.document.save(tmp_path / "other.blf").ended):
        pass
    assert [text for text in window.panel.messages.texts if "copy.blf" in text] == []


def test_a_database_that_was_repaired_has_no_error_left(qtbot, stage, window, tmp_path):
    path = tmp_path / "car.dbc"
    path.write_bytes(b"\0\1\2")
    with qtbot.waitSignal(stage.session.databases.load(path).ended):
        pass
    (text,) = window.panel.messages.texts
    assert text.startswith("car.dbc in ")
    path.write_text('VERSION ""\n\nBU_: A\n\nBO_ 1 One: 8 A\n SG_ S : 0|8@1+ (1,0) [0|0] "" A\n')
    with qtbot.waitSignal(stage.session.databases.changed):
        stage.session.databases.load(path)
    assert window.panel.messages.texts == []
