"""Both themes can be read, and the palette follows the setting."""

import dataclasses

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QGraphicsView, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.ui import labels, theme
from canmcast_gui.ui.labels import TintedLabel
from tests.support.frames import traffic
from tests.ui.live import WAIT_MS

BACKGROUNDS = ("signal_background",)


def luminance(color: QColor) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: QColor, other: QColor) -> float:
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_of_every_color_can_be_read(qapp, dark):
    palette = theme.make_palette(dark)
    colors = theme.colors(palette)
    assert theme.is_dark(palette) == dark
    surfaces = [palette.color(QPalette.ColorRole.Base), *(getattr(colors, name) for name in BACKGROUNDS)]
    for name in ("error", "remote", "warning", "good", "accent", "muted"):
        for surface in surfaces:
            assert contrast(getattr(colors, name), surface) >= 4.5, f"{name} on {surface.name()}"
    text = palette.color(QPalette.ColorRole.Text)
    for surface in (*surfaces, colors.changed_up, colors.changed_down):
        assert contrast(text, surface) >= 4.5, f"text on {surface.name()}"
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        selected = palette.color(group, QPalette.ColorRole.HighlightedText)
        assert contrast(selected, palette.color(group, QPalette.ColorRole.Highlight)) >= 4.5


def test_the_themes_name_the_same_colors(qapp):
    light, dark = (theme.colors(theme.make_palette(one)) for one in (False, True))
    different = [f.name for f in dataclasses.fields(light) if getattr(light, f.name) == getattr(dark, f.name)]
    assert different == []


def test_the_palette_follows_the_setting(qapp, tmp_path):
    before = QApplication.palette()
    settings = AppSettings(tmp_path / "settings.ini")
    one = theme.apply(qapp, settings)
    try:
        for name in ("dark", "light", "dark"):
            settings.theme.set(name)
            assert theme.is_dark(QGuiApplication.palette()) == (name == "dark")
    finally:
        settings.theme.set("system")
        one.deleteLater()
        qapp.setPalette(before)


def test_a_window_follows_while_the_application_has_a_style_sheet(window, stage, qapp):
    before, sheet = QApplication.palette(), qapp.styleSheet()
    one = theme.apply(qapp, stage.settings)
    labels.disable_rich_text(qapp)
    base = QPalette.ColorRole.Base
    try:
        for name in ("dark", "light", "dark"):
            stage.settings.theme.set(name)
            wanted = theme.make_palette(name == "dark")
            qapp.processEvents()
            table = window.docks.transmit.table.viewport()
            for widget in (window.menuBar(), window.docks.hosts, window.panel.by_id.table.viewport(), table):
                found = widget.palette()
                assert found.color(base) == wanted.color(base), (name, widget)
    finally:
        stage.settings.theme.set("system")
        one.deleteLater()
        qapp.setStyleSheet(sheet)
        qapp.setPalette(before)


def test_mixing_goes_from_one_to_the_other():
    black, white = QColor("black").rgba(), QColor("white").rgba()
    assert theme.mix(black, white, 0) == QColor("black")
    assert theme.mix(black, white, 64) == QColor("white")
    assert 120 < theme.mix(black, white, 32).red() < 135


@pytest.fixture
def themed(stage):
    """The theme in force, before there is a window, as in the program."""
    before = QApplication.palette()
    one = theme.apply(QApplication.instance(), stage.settings)
    yield
    one.deleteLater()
    QApplication.setPalette(before)


def stale(window, wanted) -> list[str]:
    """The visible widgets of a window with wrong colors."""
    roles = (QPalette.ColorRole.Base, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText)
    return [
        f"{type(one).__name__} {role.name}"
        for one in window.findChildren(QWidget)
        if one.isVisible() and one.isEnabled() and not isinstance(one, QGraphicsView)
        for role in roles
        if one.palette().color(role) != wanted.color(role)
    ]


def drawn(window, wanted) -> bool:
    """Whether widgets with their own colors have those of a palette."""
    labels = window.docks.transmit.footer.findChildren(TintedLabel)
    (plot,) = window.docks.plots.panels.values()
    areas = plot.findChildren(QGraphicsView)
    assert areas, "no plot is drawn"
    muted, base = theme.colors(wanted).muted, wanted.color(QPalette.ColorRole.Base)
    return all(one.palette().color(QPalette.ColorRole.WindowText) == muted for one in labels) and all(
        area.backgroundBrush().color() == base for area in areas
    )


@pytest.mark.usefixtures("themed")
def test_everything_in_an_open_window_follows(qtbot, stage, window):
    stage.add_database()
    stage.receive(traffic(400))
    window.docks.plots.plot_signal("Engine.Speed")
    for name in ("dark", "light"):
        stage.settings.theme.set(name)
        wanted = theme.make_palette(name == "dark")
        qtbot.waitUntil(lambda wanted=wanted: stale(window, wanted) == [], timeout=WAIT_MS)
        qtbot.waitUntil(lambda wanted=wanted: drawn(window, wanted), timeout=WAIT_MS)
