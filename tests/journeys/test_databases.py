"""From a defective database to values on the screen: load, search, drag, change on disk, workspace."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer

CAR = """VERSION ""
BU_: ECU
BO_ 256 2nd_Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|100] "rpm" ECU
 SG_ Gear : 16|3@1+ (1,0) [0|7] "" ECU
VAL_ 256 Gear 0 "Park" 1 "Reverse" ;
VAL_ 256 Nothing 0 "none" ;
"""


@pytest.fixture
def log(tmp_path) -> Path:
    path = tmp_path / "drive.asc"
    data = np.zeros((100, 8), np.uint8)
    data[:, 0] = np.arange(100)
    data[:, 2] = 1
    with open_writer(path) as writer:
        writer.write(FrameBatch.from_columns(np.arange(100) * 10_000_000, 256, data, channel=1))
    return path


def drop(widget, mime: QMimeData) -> None:
    """Drop data on the center of a widget."""
    event = QDropEvent(
        QPointF(widget.rect().center()),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)


def dragged(view, text: str) -> QMimeData:
    """What a drag of the first row with that text carries."""
    model = view.model()
    (row,) = (row for row in range(model.rowCount()) if model.index(row, 0).data() == text)
    return model.mimeData([model.index(row, 0)])


def plotted(plot) -> list[float]:
    return plot.signals.values(plot.signals.names[0]).tolist()


def test_from_a_dropped_file_to_a_plot_that_follows_the_file(desk, tmp_path, log):
    path = tmp_path / "car.dbc"
    path.write_text(CAR)
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(path)), QUrl.fromLocalFile(str(log))])
    drop(desk.window, files)
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.wait(lambda: len(desk.session.document.recording) == 100, "the recording")
    assert any("2 issues were repaired or left out" in text for _, text in desk.messages)
    desk.window.actions_.database_browser.trigger()
    browser = desk.window.docks.browser
    desk.qtbot.keyClicks(browser.search, "2nd sp")
    browser.tabs.setCurrentWidget(browser.signals)
    assert browser.signals.model().rowCount() == 1
    plot = desk.window.docks.plots.current
    drop(plot, dragged(browser.signals, "Speed"))
    desk.wait(lambda: plot.signals.names == ["2nd_Engine.Speed"], "the plotted signal")
    desk.wait(lambda: len(plotted(plot)) == 100, "100 points")
    assert plotted(plot) == [value / 4 for value in range(100)]
    path.write_text(CAR.replace("(0.25,0)", "(0.5,0)"))
    desk.wait(lambda: plotted(plot)[-1:] == [49.5], "values of the changed file")
    assert len(plotted(plot)) == 100
    browser.search.clear()
    transmit = desk.window.docks.transmit
    drop(transmit.table, dragged(browser.messages, "2nd_Engine"))
    assert [row.name for row in transmit.model.rows] == ["2nd_Engine"]
    assert transmit.model.rows[0].arbitration_id == 256


def test_a_workspace_restores_order_and_channels(desk, tmp_path):
    paths = [tmp_path / name for name in ("one.dbc", "two.dbc")]
    for path, name in zip(paths, ("Engine", "Motor"), strict=True):
        path.write_text(CAR.replace("2nd_Engine", name))
        desk.session.databases.load(path)
    databases = desk.session.databases.loaded
    desk.wait(lambda: len(databases) == 2, "the databases")
    files = desk.window.docks.browser.files
    files.table.item(1, 3).setText("2")
    files.table.selectRow(1)
    files.up_action.trigger()
    workspace = tmp_path / "bench.canmcast"
    desk.session.workspace.save(workspace)
    for path in paths:
        desk.session.databases.remove(path)
    desk.session.workspace.open(workspace)
    desk.wait(lambda: len(databases) == 2, "the databases of the workspace")
    assert [database.path.name for database in databases] == ["two.dbc", "one.dbc"]
    assert databases.name(256, False, 2) == "Motor"
    assert databases.name(256, False, 1) == "Engine"
