"""The header line of an opened file, and the dialog with all of its properties."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.models.overview.summary import FileSummary, summarize
from canmcast_gui.ui import icons
from canmcast_gui.ui.labels import ElidedLabel, TintedLabel
from canmcast_gui.ui.window.bus_load import rates_text

# Hidden first where there is not enough room; the name is elided last.
HIDDEN_FIRST = ("channels", "format", "load", "duration", "date", "frames")
# The room that the name keeps, in characters, and the pixels between two parts.
NAME_CHARACTERS = 24
GAP = 14


class FileHeader(QFrame):
    """One line about the opened file; hidden for frames from a bus.

    ``problems_requested`` asks for the list of the problems of the file.
    """

    problems_requested = Signal()

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.summary: FileSummary | None = None
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.name = ElidedLabel("")
        font = self.name.font()
        font.setBold(True)
        self.name.setFont(font)
        self.parts = {key: TintedLabel() for key in reversed(HIDDEN_FIRST)}
        self.problems = self._button("The problems of the file, with their frames")
        self.problems.clicked.connect(self.problems_requested)
        self.properties = self._button("Everything that is known about the file")
        self.properties.setText("Properties…")
        self.properties.clicked.connect(self.show_properties)
        self._lay_out()
        self.hide()
        for signal in (session.overview.changed, session.document.loading_changed):
            signal.connect(self.refresh)
        for field in (settings.bitrate, settings.data_bitrate):
            field.changed.connect(lambda _value: self.refresh())

    def _button(self, tip: str) -> QToolButton:
        button = QToolButton()
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 4, 2)
        layout.setSpacing(GAP)
        layout.addWidget(self.name, 1)
        for key in ("format", "date", "duration", "frames", "channels", "load"):
            layout.addWidget(self.parts[key])
        layout.addWidget(self.problems)
        layout.addWidget(self.properties)

    def refresh(self) -> None:
        """Show what is known about the file now."""
        settings, session = self._settings, self._session
        bitrate, data_bitrate = settings.bitrate.value, settings.data_bitrate.value
        summary = summarize(session.document, session.overview, bitrate, data_bitrate, rates_text(settings))
        if summary == self.summary:
            return
        self.summary = summary
        self.setVisible(summary is not None)
        if summary is None:
            return
        self.name.setText(summary.name)
        for key, label in self.parts.items():
            label.setText(getattr(summary, key))
        tip = f"The mean share of time that the traffic takes on a bus with {summary.rates}."
        self.parts["load"].setToolTip(f"{tip}\nMeasurement › Bit rate for the bus load changes it.")
        self.problems.setText(f"{summary.problems}…")
        self.problems.setVisible(bool(summary.problems))
        self.name.setToolTip(summary.text)
        self._fold()

    def show_properties(self) -> None:
        """Show all properties of the file in a dialog."""
        if self.summary is not None:
            PropertiesDialog(self.summary, self.window()).open()

    def _fold(self) -> None:
        """Hide less important parts while there is not enough room for all of them."""
        wide = [widget for widget in (self.problems, self.properties) if not widget.isHidden()]
        needed = self.fontMetrics().averageCharWidth() * NAME_CHARACTERS
        needed = min(needed, self.name.sizeHint().width()) + sum(one.sizeHint().width() + GAP for one in wide)
        shown = [key for key, label in self.parts.items() if label.text()]
        needed += sum(self.parts[key].sizeHint().width() + GAP for key in shown) + GAP
        for key in HIDDEN_FIRST:
            has_room = needed <= self.width()
            is_shown = key in shown
            if is_shown and not has_room:
                needed -= self.parts[key].sizeHint().width() + GAP
            self.parts[key].setVisible(is_shown and has_room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.summary is not None:
            self._fold()


class PropertiesDialog(QDialog):
    """The properties of an opened file; freed when it closes."""

    def __init__(self, summary: FileSummary, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Properties of the file")
        self.resize(560, 420)
        page = QWidget()
        form = QFormLayout(page)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignRight)
        self.values: list[QLabel] = []
        for title, text in summary.properties:
            value = QLabel(text)
            value.setWordWrap(True)
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            label = TintedLabel(title)
            label.setBuddy(value)
            form.addRow(label, value)
            self.values.append(value)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidget(page)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        icons.without_icons(buttons)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(area, 1)
        layout.addWidget(buttons)
