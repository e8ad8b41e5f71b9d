"""The shade of a colour that frames are drawn on: as strong as text in any of its colours stays readable."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor, QPalette

from canmcast_gui.ui import theme

# Sixty-fourths of the colour in the background; a strong one makes a trace hard to read.
STRONGEST = 18

# What WCAG 2.2 asks for text of usual size.
READABLE = 4.5
_EXTREMES = (0xFF000000, 0xFFFFFFFF)


def contrast(one: QColor, other: QColor) -> float:
    """The contrast ratio of two colours, 1 to 21, as WCAG 2.2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    parts = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (color.redF(), color.greenF(), color.blueF())
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


@lru_cache(maxsize=4096)  # the shades of a fading byte on the backgrounds of a screen, in both themes
def readable_on(background: int, wanted: int) -> QColor:
    """A text color that can be read on a background: the wanted one, else black or white (rgba numbers)."""
    shade = QColor.fromRgba(background)
    for number in (wanted, *_EXTREMES):
        color = QColor.fromRgba(number)
        if contrast(shade, color) >= READABLE:
            return color
    raise AssertionError("black or white can be read on any color")


def tint(color: str, palette: QPalette) -> QColor:
    """The background of frames with that colour, in the theme of a palette."""
    named = theme.colors(palette)
    texts = (palette.color(QPalette.ColorRole.Text), named.error, named.remote)
    base = palette.color(QPalette.ColorRole.Base)
    return _readable(color, base.rgba(), tuple(text.rgba() for text in texts))


@lru_cache(maxsize=256)  # the rules of both themes
def _readable(color: str, base: int, texts: tuple[int, ...]) -> QColor:
    strong = QColor(color) if QColor.isValidColorName(color) else QColor("grey")
    for strength in range(STRONGEST, 0, -1):
        mixed = theme.mix(base, strong.rgba(), strength)
        if all(contrast(mixed, QColor.fromRgba(text)) >= READABLE for text in texts):
            return mixed
    return QColor.fromRgba(base)
