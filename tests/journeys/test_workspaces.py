"""Workspaces: what is restored at the next start, what asks, and what is refused."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox

from canmcast_gui.app.session import SessionState
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import Sequence
from canmcast_gui.app.workspace.view_setups import COLOR_RULES, ColorRule
from canmcast_gui.app.workspace.workspace import kept_path, load_workspace
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.demo import DEMO_DATABASE, DEMO_PLOT_SIGNALS
from canmcast_gui.logfile import LogPart
from canmcast_gui.resources_path import resource
from canmcast_gui.transport.settings import BusSettings
from tests.journeys.conftest import Desk
from tests.support.frames import DBC

BUS = Measurement.of_bus(BusSettings(group="239.7.7.7", port=5007, hop_limit=3).validated())


@pytest.fixture
def begin(qtbot, tmp_path) -> Iterator[Callable[..., Desk]]:
    """Starts the window as the program does, with the same settings each time."""
    desks: list[Desk] = []

    def start(path: Path | None = None) -> Desk:
        desk = Desk(qtbot, tmp_path)
        desks.append(desk)
        if path is None:
            desk.window.bring_back()
        desk.session.workspace.begin(path)
        return desk

    yield start
    for desk in desks[-1:]:
        desk.close()


def answer(desk: Desk, button: QMessageBox.StandardButton) -> None:
    desk.child(QMessageBox).button(button).click()


def questions(desk: Desk) -> list[QMessageBox]:
    return [box for box in desk.window.findChildren(QMessageBox) if box.isVisible()]


def set_up(desk: Desk, folder: Path) -> None:
    """A database, rows, a sequence, plots, views, a filter, colors."""
    database = folder / "engine.dbc"
    database.write_text(DBC)
    desk.session.databases.load(database)
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    window = desk.window
    desk.session.transmit.rows.reset([TransmitRow(name="Ping", group="a")])
    desk.session.transmit.sequences.reset([Sequence("Wake", "wait 10 ms")])
    window.docks.replay.apply_setup(ReplaySetup(files=(LogPart(folder / "a.asc", 2_000_000_000),), speed=3.0))
    window.docks.plots.plot_signal("Engine.Speed")
    window.docks.plots.open_new()
    desk.wait(lambda: len(window.docks.plots.panels) == 2, "two plots")
    window.actions_.new_by_id.trigger()
    window.views.panes[0].filter_box.set_filter_text("fd")
    desk.settings.field(COLOR_RULES).set((ColorRule("x", "fd", "#102030"),))
    desk.settings.bitrate.set(250_000)
    desk.window.docks.transmit.footer.limit.setValue(2000)


def assert_set_up(desk: Desk) -> None:
    window = desk.window
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    assert [row.name for row in window.docks.transmit.model.rows] == ["Ping"]
    assert not desk.session.transmit.switch.on
    assert desk.session.transmit.sequences.sequences == [Sequence("Wake", "wait 10 ms")]
    assert [part.path.name for part in window.docks.replay.setup().files] == ["a.asc"]
    assert window.docks.replay.control.status.state == "stopped"
    assert window.docks.plots.plotted() == ["Engine.Speed"]
    assert list(window.docks.plots.panels) == ["plot", "plot-2"]
    assert [(pane.kind, pane.filters.filter.text) for pane in window.views.panes] == [("by_id", "fd")]
    assert desk.settings.field(COLOR_RULES).value[0].color == "#102030"
    assert desk.settings.bitrate.value == 250_000
    assert desk.window.docks.transmit.footer.limit.value() == 2000


def test_a_saved_workspace_is_restored_and_asks_only_if_changes_would_be_lost(begin, tmp_path):
    desk = begin()
    set_up(desk, tmp_path)
    path = tmp_path / "bench.canmcast"
    desk.choose_file(desk.window.actions_.save_workspace, path)
    desk.wait(path.exists, "the file")
    assert desk.window.windowTitle() == "bench[*] – canmcast"
    assert json.loads(path.read_text())["databases"] == ["engine.dbc"]
    desk.window.resize(1100, 720)
    desk.window.close_by_user()
    desk.wait(lambda: not desk.window.isVisible(), "closing without a question")
    assert not kept_path().exists()
    desk.close()
    desk = begin()
    assert_set_up(desk)
    workspace = desk.session.workspace
    workspace.check()
    assert workspace.path == path
    assert not desk.window.isWindowModified()
    desk.session.transmit.rows.reset([])
    workspace.check()
    assert desk.window.isWindowModified()
    desk.window.close_by_user()
    answer(desk, QMessageBox.StandardButton.Cancel)
    assert desk.window.isVisible()
    desk.window.close_by_user()
    answer(desk, QMessageBox.StandardButton.Discard)
    desk.wait(lambda: not desk.window.isVisible(), "closing")
    desk.close()
    desk = begin()
    assert_set_up(desk)


def test_a_workspace_that_was_never_saved_is_restored_without_a_question(begin, tmp_path):
    desk = begin()
    set_up(desk, tmp_path)
    desk.window.close_by_user()
    desk.wait(lambda: not desk.window.isVisible(), "closing without a question")
    desk.close()
    desk = begin()
    assert_set_up(desk)
    assert desk.session.workspace.path is None
    desk.window.actions_.new_workspace.trigger()
    answer(desk, QMessageBox.StandardButton.Save)
    dialog = desk.child(QFileDialog)
    dialog.selectFile(str(tmp_path / "kept.canmcast"))
    dialog.accept()
    desk.wait(lambda: not list(desk.session.databases.loaded), "nothing set up")
    assert load_workspace(tmp_path / "kept.canmcast")[0].transmit_rows[0].name == "Ping"
    assert list(desk.window.docks.transmit.model.rows) == []
    assert desk.window.views.panes == []
    assert list(desk.window.docks.plots.panels) == ["plot"]


def test_changes_at_a_forced_end_are_restored_as_changes(begin, tmp_path):
    path = tmp_path / "bench.canmcast"
    desk = begin()
    assert desk.session.workspace.save(path)
    before = path.read_bytes()
    set_up(desk, tmp_path)
    desk.close()  # as a signal or a script ends it
    assert path.read_bytes() == before
    desk = begin()
    assert_set_up(desk)
    desk.session.workspace.check()
    assert desk.window.isWindowModified()
    desk.window.actions_.save_workspace.trigger()
    assert not desk.window.isWindowModified()
    assert not kept_path(changed=True).exists()
    assert load_workspace(path)[0].transmit_rows[0].name == "Ping"


def test_the_bus_is_restored_and_not_opened(begin, tmp_path):
    path = tmp_path / "bench.canmcast"
    values = {"canmcast_workspace": 1, "bus": BUS.to_dict(), "databases": ["absent.dbc"]}
    path.write_text(json.dumps(values))
    desk = begin()
    desk.settings.workspace.set(str(path))
    desk.close()
    desk = begin()
    assert desk.session.state is SessionState.OFFLINE
    assert desk.settings.recent_buses.value[0] == BUS
    desk.wait(lambda: any("absent.dbc" in text for _, text in desk.messages), "the missing database")
    assert not desk.session.workspace.has_unsaved_changes
    assert desk.session.workspace.save(path)
    assert load_workspace(path)[0].bus == BUS
    assert load_workspace(path)[0].databases == (tmp_path / "absent.dbc",)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("{", "bad.canmcast is not a workspace"),
        ('{"canmcast_workspace": 2}', "newer version"),
    ],
)
def test_a_damaged_or_newer_file_changes_nothing(begin, tmp_path, content, sentence):
    bad = tmp_path / "bad.canmcast"
    bad.write_text(content)
    desk = begin()
    row = TransmitRow(name="Ping")
    desk.session.transmit.rows.reset([row])
    desk.session.workspace.open(bad)
    assert sentence in desk.messages[-1][1]
    assert list(desk.window.docks.transmit.model.rows) == [TransmitRow(name="Ping")]
    assert desk.session.workspace.path is None
    desk.settings.workspace.set(str(bad))
    desk.session.workspace.restore()
    assert desk.settings.workspace.value == ""
    assert list(desk.window.docks.transmit.model.rows) == [TransmitRow(name="Ping")]
    assert bad.read_text() == content


def test_a_damaged_kept_workspace_is_moved(begin):
    kept_path().parent.mkdir(parents=True, exist_ok=True)
    kept_path().write_text("{")
    desk = begin()
    assert "last.canmcast is not a workspace" in desk.messages[-1][1]
    assert kept_path().with_suffix(".damaged").read_text() == "{"
    desk.session.workspace.check()
    assert load_workspace(kept_path())[0].is_empty
    assert questions(desk) == []


def test_a_workspace_that_was_never_saved_is_archived_when_another_is_opened(begin, tmp_path):
    path = tmp_path / "other.canmcast"
    path.write_text('{"canmcast_workspace": 1}')
    desk = begin()
    desk.session.transmit.rows.reset([TransmitRow(name="Ping")])
    desk.close()
    desk = begin(path)
    assert list(desk.window.docks.transmit.model.rows) == []
    newest, archived = desk.settings.recent_workspaces.value
    assert newest == str(path)
    assert load_workspace(Path(archived))[0].transmit_rows[0].name == "Ping"


def test_databases_of_the_demonstration_and_of_the_command_line_are_not_kept(begin):
    desk = begin()
    desk.session.databases.load(resource(DEMO_DATABASE))
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.window.docks.plots.plot_signal(DEMO_PLOT_SIGNALS[0])
    desk.session.workspace.check()
    assert load_workspace(kept_path())[0].is_empty


def test_a_recent_workspace_replaces_the_setup_after_a_question(begin, tmp_path):
    desk = begin()
    rows = [[TransmitRow(name=name)] for name in ("One", "Two", "Three")]
    for row, name in zip(rows, "ab", strict=False):
        desk.session.transmit.rows.reset(row)
        assert desk.session.workspace.save(tmp_path / f"{name}.canmcast")
    desk.session.transmit.rows.reset(rows[2])
    menu = QMenu(desk.window)
    desk.window.workspaces.fill_recent(menu)
    assert [Path(action.text()).stem for action in menu.actions()] == ["b", "a"]
    menu.actions()[1].trigger()
    answer(desk, QMessageBox.StandardButton.Save)
    desk.wait(lambda: desk.session.workspace.path == tmp_path / "a.canmcast", "the other workspace")
    assert desk.window.docks.transmit.model.rows[0].name == "One"
    assert load_workspace(tmp_path / "b.canmcast")[0].transmit_rows == (TransmitRow(name="Three"),)
    desk.window.docks.docks["hosts"].hide()
    desk.window.resize(1010, 710)
    assert not desk.session.workspace.has_unsaved_changes


def test_the_layout_is_part_of_a_workspace_that_is_opened(begin, tmp_path):
    desk = begin()
    hosts, path = desk.window.docks.docks["hosts"], tmp_path / "a.canmcast"
    hosts.hide()
    assert desk.session.workspace.save(path)
    hosts.show()
    desk.session.workspace.open(path)
    assert hosts.isHidden()
    values = json.loads(path.read_text())
    path.write_text(json.dumps({**values, "layout": "AAAA"}))
    desk.session.workspace.open(path)
    assert hosts.isHidden()
