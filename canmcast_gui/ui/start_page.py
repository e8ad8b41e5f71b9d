"""The start page, in place of the trace while there is no bus and no file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QFontMetrics, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QCommandLinkButton,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames.files import within
from canmcast_gui.recording import Leftover, leftovers
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.recovery import LeftoverList
from canmcast_gui.ui.labels import label_text

CHOICES = (
    (
        "demo",
        "Start the demonstration",
        "A simulated car; its frames stay on this computer.",
    ),
    ("connect", "Connect to a bus", "Choose a multicast group, or an adapter with its driver."),
    (
        "open",
        "Open a log file",
        "BLF, ASC, MF4, candump, TRC, CSV and others. You can also drop files on the window.",
    ),
)
_ICONS = {"demo": "demo", "connect": "bus", "open": "open"}
MOST_RECENT = 5
WIDTH = 620
NAME_WIDTH = 420
# The longest wait for files on the list, for example on an unreachable server.
PATIENCE_SECONDS = 0.5


class StartPage(QScrollArea):
    """The signals report the choice of the user, with a bus, a path, or the frames of a crashed session."""

    demo_requested = Signal()
    connect_requested = Signal()
    open_requested = Signal()
    bus_requested = Signal(Measurement)
    file_requested = Signal(str)
    workspace_requested = Signal(str)
    recover_requested = Signal(Leftover)
    save_requested = Signal(Leftover)

    def __init__(self, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        page = QWidget()
        outer = QHBoxLayout(page)
        middle = QWidget()
        middle.setMaximumWidth(WIDTH)
        self._layout = QVBoxLayout(middle)
        self._layout.setSpacing(6)
        outer.addStretch(1)
        outer.addWidget(middle, 8)
        outer.addStretch(1)
        self.buttons = {name: self._choice(name, title, text) for name, title, text in CHOICES}
        self._lists = QVBoxLayout()
        self._lists.setSpacing(6)
        self._build()
        self.setWidget(page)
        self.setFocusProxy(self.buttons["demo"])

    def _build(self) -> None:
        self._layout.addStretch(1)
        title = QLabel("canmcast")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.9)
        font.setBold(True)
        title.setFont(font)
        subtitle = QLabel("CAN and CAN FD over UDP multicast")
        subtitle.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._layout.addWidget(title)
        self._layout.addWidget(subtitle)
        self._layout.addSpacing(10)
        for button in self.buttons.values():
            self._layout.addWidget(button)
        self._layout.addSpacing(8)
        self._layout.addLayout(self._lists)
        self._layout.addStretch(2)
        requests = {
            "demo": self.demo_requested,
            "connect": self.connect_requested,
            "open": self.open_requested,
        }
        for name, button in self.buttons.items():
            button.clicked.connect(requests[name])

    def _choice(self, name: str, title: str, text: str) -> QCommandLinkButton:
        button = QCommandLinkButton(title, text)
        button.setIconSize(QSize(26, 26))
        button.setIcon(icons.icon(_ICONS[name]))
        return button

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "buttons"):
            for name, button in self.buttons.items():  # the style has replaced the icons by its arrow
                button.setIcon(icons.icon(_ICONS[name]))

    def showEvent(self, event: QShowEvent) -> None:
        self.refresh()
        super().showEvent(event)

    def refresh(self) -> None:
        """Update the lists of recent files, workspaces and buses, and of frames of crashed sessions."""
        _empty(self._lists)
        self._add_leftovers(leftovers())
        files = _files(self._settings.recent_files.value)
        self._add_links(
            "Recent files", [(Path(path).name, path, path) for path in files], self.file_requested
        )
        workspaces = _files(self._settings.recent_workspaces.value)
        self._add_links(
            "Recent workspaces",
            [(Path(path).stem, path, path) for path in workspaces],
            self.workspace_requested,
        )
        buses = self._settings.recent_buses.value[:MOST_RECENT]
        self._add_links(
            "Recent buses",
            [(bus.label(), bus.address_text(), bus) for bus in buses],
            self.bus_requested,
        )

    def _add_links(self, title: str, rows: Sequence[tuple[str, str, object]], signal: SignalInstance) -> None:
        if not rows:
            return
        self._lists.addWidget(_heading(title))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        for line, (text, where, value) in enumerate(rows):
            link = QToolButton()
            link.setText(label_text(text))
            link.setAutoRaise(True)
            link.setCursor(Qt.CursorShape.PointingHandCursor)
            connect(link.clicked, partial(signal.emit, value))
            path_label = QLabel()
            path_label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            elided = QFontMetrics(path_label.font()).elidedText(
                where, Qt.TextElideMode.ElideMiddle, NAME_WIDTH
            )
            path_label.setText(elided)
            path_label.setToolTip(where)
            grid.addWidget(link, line, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(path_label, line, 1)
        self._lists.addLayout(grid)

    def _add_leftovers(self, found: list[Leftover]) -> None:
        if not found:
            return
        self._lists.addWidget(_heading("Unsaved frames of a crashed session"))
        rows = LeftoverList(found)
        rows.open_requested.connect(self.recover_requested)
        rows.save_requested.connect(self.save_requested)
        rows.changed.connect(self.refresh)
        self._lists.addWidget(rows)


def _files(paths: tuple[str, ...]) -> list[str]:
    """The first of these files that exist; those on an unreachable server are left out."""
    found: list[str] = []

    def look() -> None:
        found.extend(path for path in paths if Path(path).is_file())

    with suppress(TimeoutError):
        within(PATIENCE_SECONDS, look)
    return found[:MOST_RECENT]


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    label.setContentsMargins(0, 8, 0, 0)
    return label


def _empty(layout: QLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            _empty(inner)
