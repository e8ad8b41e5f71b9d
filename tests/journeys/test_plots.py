"""Signals of a log file: two plots, cursors, the trace, export as a table, comparison."""

import csv
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.app.session import SessionState
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.ui.plot.export import ExportDialog
from tests.journeys.conftest import Desk

pytestmark = pytest.mark.window

SPEED, TORQUE = "Engine.Speed", "Engine.Torque"
DBC = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|0] "rpm" ECU
 SG_ Torque : 16|8@1+ (1,0) [0|0] "Nm" ECU
"""


def write_log(path: Path, first: int) -> None:
    """A second of a speed that rises by one each 10 ms, and a torque that falls."""
    numbers = first + np.arange(100)
    data = np.zeros((100, 8), np.uint8)
    data[:, :2] = (numbers * 4).astype("<u2").view(np.uint8).reshape(-1, 2)
    data[:, 2] = 200 - numbers
    with open_writer(path) as writer:
        writer.write(FrameBatch.from_columns(np.arange(100) * 10_000_000, 256, data, channel=1))


def open_drive(desk: Desk, folder: Path) -> None:
    """Open a log and its database; ``before.asc`` in the folder is a log to compare with."""
    (folder / "engine.dbc").write_text(DBC)
    write_log(folder / "drive.asc", first=0)
    write_log(folder / "before.asc", first=10)
    desk.session.databases.load(folder / "engine.dbc")
    desk.session.open_file(folder / "drive.asc")
    desk.wait(
        lambda: (
            desk.session.state is SessionState.FILE
            and len(desk.session.document.recording) == 100
            and len(list(desk.session.databases.loaded)) == 1
        ),
        "the log and the database",
    )
    desk.window.actions_.chronological.trigger()


@pytest.fixture
def plots(desk, tmp_path):
    """The plots of a window in which a log and its database were opened."""
    open_drive(desk, tmp_path)
    plots = desk.window.docks.plots
    plots.plot_signal(SPEED)
    plots.open_new()
    plots.plot_signal(TORQUE)
    desk.wait(lambda: len(plots.panels) == 2 and plots.plotted() == [SPEED, TORQUE], "two plots")
    desk.wait(
        lambda: all(
            len(panel.signals.values(panel.signals.names[0])) == 100 for panel in plots.panels.values()
        ),
        "values",
    )
    return plots


def test_cursors_measure_in_all_plots_and_show_their_frame_in_the_trace(desk, plots):
    speed, torque = plots.panels.values()
    speed.fit()
    speed.actions_.cursor.trigger()
    speed.picture.lanes.clicked.emit(0.2)
    speed.actions_.measure.trigger()
    speed.cursors.move(1, 0.5)
    assert torque.cursors.seconds == [0.2, 0.5]
    row = [speed.cursors.table.measures.index(0, column).data() for column in range(4)]
    assert row == ["Speed [rpm]", "20.00", "50.00", "30"]
    row = [torque.cursors.table.measures.index(0, column).data() for column in range(1, 4)]
    assert row == ["180", "150", "-30"]
    assert desk.window.panel.chronological.current_row() == 20
    desk.window.panel.chronological.show_row(70)
    assert speed.cursors.seconds[0] == pytest.approx(0.7)


def test_signals_are_exported_as_a_table_and_compared_with_another_file(desk, plots, tmp_path):
    speed = plots.panels["plot"]
    speed.fit()
    speed.actions_.export.trigger()
    dialog = speed.findChild(ExportDialog)
    dialog.visible_only.setChecked(False)
    dialog.finish(tmp_path / "speed.csv", dialog.table_choice())
    desk.wait(lambda: (tmp_path / "speed.csv").exists(), "the table")
    with (tmp_path / "speed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["Engine.Speed [rpm]"]) for row in rows] == list(range(100))
    desk.session.reference.open(tmp_path / "before.asc")
    speed.cursors.move(0, 0.3)
    desk.wait(lambda: speed.legend.entries[0].value == "30.00 rpm  Δ -10", "the difference")
    desk.session.reference.close()


def test_plots_are_restored_from_a_workspace(desk, plots, tmp_path):
    before = plots.setups()
    desk.session.workspace.save(tmp_path / "bench.canmcast")
    plots.apply_setups([])
    assert plots.plotted() == []
    desk.session.workspace.open(tmp_path / "bench.canmcast")
    desk.wait(lambda: plots.setups() == before, "both plots")
