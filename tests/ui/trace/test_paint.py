"""Texts of the columns with a proportional font: where they are drawn, also when their glyphs are known."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QFontDatabase, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from canmcast_gui.frames import SourceTable
from canmcast_gui.models.columns import NAME, ShownFrames
from canmcast_gui.models.trace.lines import LineBlock
from canmcast_gui.ui.trace.table.paint import PADDING, ColumnArea, LinePainter
from tests.support.frames import traffic

WIDTH, HEIGHT = 300, 24
# The last one has a character that common fonts for text do not have.
TEXTS = ("Engine", "Kühlmittel µ °C ·", "世 gauge")


@pytest.fixture
def fonts(qtbot) -> tuple[QFont, QFont]:
    return QApplication.font(), QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


def picture(scale: float) -> QImage:
    image = QImage(round(WIDTH * scale), round(HEIGHT * scale), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(QApplication.palette().base().color())
    return image


def drawn(lines: LinePainter, text: str, scale: float) -> QImage:
    """The column Name of one frame."""
    shown = ShownFrames(traffic(1), SourceTable(), [text], ["0"], ["0"])
    block = LineBlock(0, [0], {}, shown, [False], [False])
    image = picture(scale)
    painter = QPainter(image)
    lines.draw(painter, block, [ColumnArea(NAME, 0.0, WIDTH)], WIDTH, set())
    painter.end()
    return image


def expected(fonts: tuple[QFont, QFont], baseline: int, text: str, scale: float) -> QImage:
    image = picture(scale)
    painter = QPainter(image)
    painter.setFont(fonts[0])
    painter.setPen(QApplication.palette().color(QPalette.ColorRole.Text))
    painter.drawText(QPointF(PADDING, baseline), text)
    painter.end()
    return image


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_names_are_on_the_baseline_of_the_line_also_when_drawn_again(fonts, scale):
    lines = LinePainter(*fonts, QApplication.palette(), HEIGHT)
    lines.set_selection(QApplication.palette(), QPalette.ColorGroup.Active)
    baselines = set()
    for text in TEXTS:
        first, second = drawn(lines, text, scale), drawn(lines, text, scale)
        assert first == second
        found = [y for y in range(HEIGHT) if expected(fonts, y, text, scale) == first]
        assert found, f"{text} is drawn in another way"
        baselines.update(found)
    assert len(baselines) == 1
