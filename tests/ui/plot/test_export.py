"""Export of a plot: pictures, tables, and the dialog."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog

from canmcast_gui.models.plot.span import SpanMode
from canmcast_gui.ui.plot.export import ExportChoice, ExportDialog
from tests.support.frames import traffic
from tests.ui.live import WAIT_MS
from tests.ui.plot.plotting import SPEED


def test_the_plot_is_saved_as_a_picture(panel, session, tmp_path):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.exporter.export(tmp_path / "plot.png", ExportChoice())
    assert not QImage(str(tmp_path / "plot.png")).isNull()
    panel.exporter.export(tmp_path / "plot.svg", ExportChoice())
    svg = (tmp_path / "plot.svg").read_text()
    assert "<title>Engine.Speed</title>" in svg
    assert "polyline" in svg or "path" in svg


@pytest.mark.parametrize("name", ["plot.png", "plot.svg"])
def test_a_picture_that_cannot_be_written_has_a_message(panel, session, tmp_path, name):
    posted = []
    session.messages.posted.connect(lambda level, text, _topic: posted.append((level, text)))
    panel.exporter.export(tmp_path / "missing" / name, ExportChoice())
    assert "could not be saved" in posted[0][1] and "missing" in posted[0][1]


@pytest.mark.parametrize(
    ("choice", "times"),
    [
        (ExportChoice(picture=False, visible_only=False), np.arange(0, 100, 4) / 1000),
        (ExportChoice(picture=False), np.arange(12, 41, 4) / 1000),
        (ExportChoice(picture=False, visible_only=False, every_s=0.01), np.arange(0, 97, 10) / 1000),
    ],
)
def test_signals_are_exported_as_a_table(qtbot, panel, session, tmp_path, choice, times):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.fit()
    panel.span.mode, panel.span.span = SpanMode.FREE, (0.010, 0.042)
    with qtbot.waitSignal(session.messages.posted, timeout=WAIT_MS) as posted:
        panel.exporter.export(tmp_path / "plot.csv", choice)
    assert posted.args[:2] == ["info", f"{len(times)} rows exported to {tmp_path / 'plot.csv'}."]
    head, *lines = (tmp_path / "plot.csv").read_text().splitlines()
    assert head == "time_s,Engine.Speed [rpm]"
    assert [float(line.split(",")[0]) for line in lines] == pytest.approx(times)


def test_an_image_is_reported_like_a_table(qtbot, panel, session, tmp_path):
    panel.signals.add(SPEED)
    with (
        qtbot.waitSignal(session.messages.posted) as posted,
        qtbot.waitSignal(panel.exporter.exported) as told,
    ):
        panel.exporter.export(tmp_path / "plot.png", ExportChoice())
    assert posted.args[:2] == ["info", f"Image of the plot exported to {tmp_path / 'plot.png'}."]
    assert told.args == [posted.args[1], tmp_path / "plot.png"]


def test_an_image_is_copied(panel, session):
    session.document.recording.append(traffic(100))
    panel.signals.add(SPEED)
    panel.actions_.copy_image.trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() == panel.width() and 100 < image.height() < panel.height()


def test_an_image_is_two_answers_away_and_a_table_has_options(qtbot, panel, tmp_path):
    panel.actions_.export.trigger()
    dialog = panel.findChild(ExportDialog)
    assert dialog.save_image.isDefault()
    qtbot.mouseClick(dialog.save_image, Qt.MouseButton.LeftButton)
    files = dialog.findChild(QFileDialog)
    name = Path(files.selectedFiles()[0]).name
    assert name.startswith("plot-") and name.endswith(".png")
    files.reject()
    dialog.visible_only.setChecked(False)
    dialog.resample.evenly.setChecked(True)
    dialog.resample.every_ms.setValue(2.5)
    assert dialog.table_choice() == ExportChoice(picture=False, visible_only=False, every_s=0.0025)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.finish(tmp_path / "out.csv", dialog.table_choice())
    assert chosen.args[0] == tmp_path / "out.csv"
