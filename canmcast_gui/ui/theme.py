"""The light and the dark theme: one style, two palettes, and the colors with a meaning."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from canmcast_gui.app.program.settings import FONT_SIZES, AppSettings

Role = QPalette.ColorRole
Group = QPalette.ColorGroup


@dataclass(frozen=True)
class Colors:
    """Colors by their meaning. Text in each of them is readable on the backgrounds of its theme."""

    accent: QColor
    error: QColor
    remote: QColor
    warning: QColor
    good: QColor
    muted: QColor
    record: QColor
    signal_background: QColor
    changed_up: QColor
    changed_down: QColor
    sending_background: QColor
    line: QColor


_LIGHT = Colors(
    accent=QColor("#2461c9"),
    error=QColor("#c0202b"),
    remote=QColor("#157a3c"),
    warning=QColor("#9a5b00"),
    good=QColor("#177a41"),
    muted=QColor("#5d6571"),
    record=QColor("#d92d3a"),
    signal_background=QColor("#f5f6f8"),
    changed_up=QColor("#ffb84d"),
    changed_down=QColor("#7fb2ff"),
    sending_background=QColor("#ffd089"),
    line=QColor("#d5d9df"),
)
_DARK = Colors(
    accent=QColor("#6ba4ff"),
    error=QColor("#ff7a80"),
    remote=QColor("#5fd38a"),
    warning=QColor("#f0b35a"),
    good=QColor("#58c98a"),
    muted=QColor("#98a1ae"),
    record=QColor("#ff5c66"),
    signal_background=QColor("#262a30"),
    changed_up=QColor("#8a5a12"),
    changed_down=QColor("#28508f"),
    sending_background=QColor("#6e480a"),
    line=QColor("#3a3f47"),
)

_SURFACES = {
    # window, base, alternate base, text, button, highlight, highlighted text, tool tip
    False: ("#f1f2f4", "#ffffff", "#f7f8fa", "#1b1f24", "#f7f8f9", "#2461c9", "#ffffff", "#ffffff"),
    True: ("#2a2d33", "#1b1d21", "#202328", "#e4e7eb", "#363a42", "#2f65c0", "#ffffff", "#2d3137"),
}

# Sixty-fourths of a rule's color in the strongest background: a stronger one makes text hard to read.
STRONGEST_TINT = 18

# The contrast ratio that WCAG 2.2 requires for text of normal size.
READABLE = 4.5

_BLACK_AND_WHITE = (0xFF000000, 0xFFFFFFFF)


def is_dark(palette: QPalette) -> bool:
    """Whether a palette has light text on a dark window."""
    return palette.color(Role.Window).lightness() < palette.color(Role.WindowText).lightness()


def colors(palette: QPalette) -> Colors:
    """The colors for a palette."""
    return _DARK if is_dark(palette) else _LIGHT


def color(palette: QPalette, name: str) -> QColor:
    """The color for a palette by the name of its field in Colors."""
    found = getattr(colors(palette), name)
    assert isinstance(found, QColor)
    return found


def make_palette(dark: bool) -> QPalette:
    """The palette of the light or the dark theme."""
    window, base, alternate, text, button, highlight, highlighted, tip = map(QColor, _SURFACES[dark])
    named = _DARK if dark else _LIGHT
    palette = QPalette(button, window)
    for roles, color in (
        ((Role.Window,), window),
        ((Role.Base,), base),
        ((Role.AlternateBase,), alternate),
        ((Role.Text, Role.WindowText, Role.ButtonText, Role.ToolTipText, Role.BrightText), text),
        ((Role.Button,), button),
        ((Role.Highlight, Role.Accent), highlight),
        ((Role.HighlightedText,), highlighted),
        ((Role.ToolTipBase,), tip),
        ((Role.Link,), named.accent),
        ((Role.PlaceholderText,), named.muted),
    ):
        for role in roles:
            palette.setColor(role, color)
    for role in (Role.Text, Role.WindowText, Role.ButtonText, Role.HighlightedText):
        palette.setColor(
            Group.Disabled, role, named.muted.lighter(120) if not dark else named.muted.darker(140)
        )
    palette.setColor(Group.Disabled, Role.Highlight, named.line)
    palette.setColor(Group.Inactive, Role.Highlight, mix(base.rgba(), highlight.rgba(), 18))
    palette.setColor(Group.Inactive, Role.HighlightedText, text)
    return palette


def box_palette(palette: QPalette) -> QPalette:
    """A palette in which the frames of check boxes are visible.

    The Fusion style draws them in the color of the window, darkened, which is invisible on a dark base.
    """
    result = QPalette(palette)
    if is_dark(palette):
        result.setColor(Role.Window, colors(palette).muted)
    return result


def fixed_font() -> QFont:
    """The system's monospaced font, as large as its general font, for numbers."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    general = QApplication.font()
    if general.pointSizeF() > 0:
        font.setPointSizeF(general.pointSizeF())
    return font


@lru_cache(maxsize=4096)  # 64 steps between some pairs of colors
def mix(start: int, end: int, sixtyfourths: int) -> QColor:
    """A color between two rgba values: 0 is ``start``, 64 is ``end``."""
    a, b, t = QColor.fromRgba(start), QColor.fromRgba(end), sixtyfourths / 64
    return QColor.fromRgbF(
        a.redF() + (b.redF() - a.redF()) * t,
        a.greenF() + (b.greenF() - a.greenF()) * t,
        a.blueF() + (b.blueF() - a.blueF()) * t,
    )


class Theme(QObject):
    """Sets the palette of the application by the settings or by the color scheme of the system."""

    def __init__(self, app: QApplication, settings: AppSettings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        app.setStyle("Fusion")
        self._system_font = app.font()
        settings.font_size.changed.connect(self._set_font)
        self._set_font()
        settings.theme.changed.connect(self.apply)
        app.styleHints().colorSchemeChanged.connect(self._on_system_scheme)
        self.apply()

    def apply(self) -> None:
        """Request the color scheme from the system, for title bars, and set the palette."""
        wanted = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}.get(
            self._settings.theme.value, Qt.ColorScheme.Unknown
        )
        self._app.styleHints().setColorScheme(wanted)
        self._set_palette()

    def _set_font(self) -> None:
        """Use the chosen size of the system's font everywhere."""
        font, size = QFont(self._system_font), self._settings.font_size.value
        if size > FONT_SIZES[0]:
            font.setPointSize(size)
        if font != self._app.font():
            self._app.setFont(font)

    def _on_system_scheme(self) -> None:
        self._set_palette()

    def _set_palette(self) -> None:
        chosen = self._settings.theme.value
        system_is_dark = self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark
        palette = make_palette(chosen == "dark" or (chosen == "system" and system_is_dark))
        if palette != self._app.palette():
            # With a style sheet of the application, Qt gives only some widgets the new palette.
            sheet = self._app.styleSheet()
            self._app.setStyleSheet("")
            self._app.setPalette(palette)
            for name in ("QCheckBox", "QRadioButton"):
                # the stubs say bytes, PySide6 takes text only
                self._app.setPalette(box_palette(palette), name)  # type: ignore[arg-type]
            self._app.setStyleSheet(sheet)
            QTimer.singleShot(0, self, self._update_widgets)  # after Qt has updated widgets

    def _update_widgets(self) -> None:
        for widget in self._app.allWidgets():
            _update_colors(widget)


def _update_colors(widget: QWidget) -> None:
    """Update what Qt leaves unchanged: widgets with their own palette, style sheets with palette colors."""
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.PaletteChange))
    sheet = widget.styleSheet()
    if sheet:
        widget.setStyleSheet("")
        widget.setStyleSheet(sheet)


def apply(app: QApplication, settings: AppSettings) -> Theme:
    """Set style and palette of the application, now and whenever the settings change."""
    return Theme(app, settings)


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colors, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@lru_cache(maxsize=4096)  # the shades of fading bytes on the backgrounds of visible lines, in both themes
def readable_on(background: int, wanted: int) -> QColor:
    """A text color that can be read on a background: the wanted one, else black or white (rgba numbers)."""
    shade = QColor.fromRgba(background)
    for number in (wanted, *_BLACK_AND_WHITE):
        color = QColor.fromRgba(number)
        if contrast(shade, color) >= READABLE:
            return color
    raise AssertionError("black or white can be read on any color")


def tint(color: str, palette: QPalette) -> QColor:
    """The background of frames that a rule gives a color, in the theme of a palette; text stays readable."""
    named = colors(palette)
    texts = (palette.color(QPalette.ColorRole.Text), named.error, named.remote)
    base = palette.color(QPalette.ColorRole.Base)
    return _readable(color, base.rgba(), tuple(text.rgba() for text in texts))


@lru_cache(maxsize=256)  # the rules of both themes
def _readable(color: str, base: int, texts: tuple[int, ...]) -> QColor:
    strong = QColor(color) if QColor.isValidColorName(color) else QColor("gray")
    for strength in range(STRONGEST_TINT, 0, -1):
        mixed = mix(base, strong.rgba(), strength)
        if all(contrast(mixed, QColor.fromRgba(text)) >= READABLE for text in texts):
            return mixed
    return QColor.fromRgba(base)
