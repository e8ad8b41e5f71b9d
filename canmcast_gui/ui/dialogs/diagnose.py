"""The dialog that finds out why no frames arrive."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.bus.diagnosis import BusDiagnosis
from canmcast_gui.doctor.examination import Diagnosis
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.labels import TintedLabel
from canmcast_gui.wording import printable

SIZE = QSize(680, 460)
# The text and the icon of each level; the text does not rely on color.
LEVELS = {"ok": ("OK", "ok"), "note": ("Note", "info"), "fail": ("Failed", "error")}
RUNNING = "Checking each step from the network interface to the first frame…"


class DiagnoseDialog(QDialog):
    """Shows the steps as they are done, then what is wrong and what to do. It is freed when it closes.

    ``connect_requested`` carries the settings with which frames would arrive.
    """

    connect_requested = Signal(BusSettings)

    def __init__(self, settings: BusSettings, diagnosis: BusDiagnosis, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Diagnose the bus")
        self.resize(SIZE)
        self._settings = settings.validated()
        self._better: BusSettings | None = None
        self.diagnosis = diagnosis
        self.steps = self._make_table()
        self.verdict = TintedLabel(RUNNING)
        self.verdict.setWordWrap(True)
        self.verdict.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        icons.without_icons(self.buttons)
        role = QDialogButtonBox.ButtonRole.ActionRole
        self.again: QPushButton = self.buttons.addButton("Run again", role)
        self.copy: QPushButton = self.buttons.addButton("Copy report", role)
        self.there: QPushButton = self.buttons.addButton("Connect there", role)
        self.there.hide()
        self._lay_out()
        self._connect()
        self.start()

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 2)
        table.setAccessibleName("Steps")
        table.setHorizontalHeaderLabels(["Result", "Step"])
        table.verticalHeader().hide()
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        table.setShowGrid(False)
        table.setWordWrap(True)
        table.setTabKeyNavigation(False)
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
        modes = QHeaderView.ResizeMode
        table.horizontalHeader().setSectionResizeMode(0, modes.ResizeToContents)
        table.horizontalHeader().setSectionResizeMode(1, modes.Stretch)
        table.verticalHeader().setSectionResizeMode(modes.ResizeToContents)
        return table

    def _lay_out(self) -> None:
        bus = self._settings
        where = f" on {bus.interface}" if bus.interface else ""
        title = QLabel(printable(f"Group {bus.group}, port {bus.port}{where}"))
        note = TintedLabel("Sends one frame (id 1FFFFFFF, no data) that does not leave this computer.")
        for label in (title, note):
            label.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.addWidget(title)
        layout.addWidget(note)
        layout.addWidget(self.steps, 1)
        layout.addWidget(self.verdict)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.buttons.rejected.connect(self.reject)
        connect(self.again.clicked, self._start_or_stop)
        connect(self.copy.clicked, lambda: QGuiApplication.clipboard().setText(self.report()))
        connect(self.there.clicked, self._connect_there)
        self.diagnosis.step.connect(self._add_step)
        self.diagnosis.finished.connect(self._show_diagnosis)
        self.diagnosis.failed.connect(self._show_failure)
        self.diagnosis.canceled.connect(self._show_cancellation)

    def start(self) -> None:
        """Run all steps again."""
        self.steps.setRowCount(0)
        self.there.hide()
        self.diagnosis.run(self._settings)
        self._show_result(RUNNING, "muted")

    def _start_or_stop(self) -> None:
        if self.diagnosis.is_running:
            self.diagnosis.cancel()
        else:
            self.start()

    def _add_step(self, level: str, text: str) -> None:
        name, icon = LEVELS[level]
        row = self.steps.rowCount()
        self.steps.insertRow(row)
        self.steps.setItem(row, 0, QTableWidgetItem(icons.icon(icon), name))
        self.steps.setItem(row, 1, QTableWidgetItem(printable(text[:1].upper() + text[1:])))
        self.steps.scrollToBottom()

    def _show_diagnosis(self, diagnosis: Diagnosis) -> None:
        sentence = diagnosis.sentence
        tint = "error" if diagnosis.is_fault else "good" if diagnosis.works else "warning"
        self._show_result(sentence[:1].upper() + sentence[1:], tint)
        self._better = diagnosis.better
        self.there.setVisible(self._better is not None)

    def _show_result(self, text: str, tint: str) -> None:
        self.verdict.set_tint(tint)
        self.verdict.setText(printable(text))
        self.again.setText("Cancel" if self.diagnosis.is_running else "Run again")

    def _show_failure(self, text: str) -> None:
        self._show_result(text, "error")

    def _show_cancellation(self) -> None:
        self._show_result("Canceled.", "muted")

    def _connect_there(self) -> None:
        if self._better is not None:
            self.connect_requested.emit(self._better)
            self.accept()

    def report(self) -> str:
        """All steps and the diagnosis, as text."""
        lines = [f"Group {self._settings.group}, port {self._settings.port}"]
        for row in range(self.steps.rowCount()):
            level, text = (self.steps.item(row, column) for column in (0, 1))
            if level is not None and text is not None:
                lines.append(f"{level.text():<6}  {text.text()}")
        return "\n".join([*lines, f"Diagnosis: {self.verdict.text()}", ""])

    def done(self, result: int) -> None:
        self.diagnosis.cancel()
        super().done(result)
