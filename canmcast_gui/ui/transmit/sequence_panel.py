"""The sequence panel: texts of steps, run, paused and stepped."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.switch import TransmitSwitch
from canmcast_gui.models.transmit.model import TransmitModel
from canmcast_gui.models.transmit.sequences import NO_BUS, SequenceControl, readable_sequences
from canmcast_gui.ui import theme
from canmcast_gui.ui.drop_down import widen
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.item_views import leave_by_tab
from canmcast_gui.ui.transmit.buttons import action_button, new_action
from canmcast_gui.ui.transmit.status_line import Sentence
from canmcast_gui.wording import counted

HINT = """One step a line, for example:

send Request
expect id == 0x7E8 within 200 ms
wait 50 ms
loop 10 times
  send 7DF#0201
  wait 10 ms
end"""


class SequencePanel(QWidget):
    """Named sequences, of which one can run; remembers them in the settings."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        model: TransmitModel,
        switch: TransmitSwitch,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._texts: list[str] = []
        self.control = SequenceControl(session, model, switch, self)
        self.names = QComboBox(self)
        self.names.setEditable(True)
        widen(self.names)
        self.names.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.names.setMinimumWidth(140)
        self.names.setToolTip("The sequence; type to rename it")
        self.editor = QPlainTextEdit(self)
        leave_by_tab(self.editor)
        self.editor.setFont(theme.fixed_font())
        self.editor.setPlaceholderText(HINT)
        self.editor.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.sentence = Sentence(self)
        self._make_actions()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._make_bar())
        layout.addWidget(self.editor, 1)
        layout.addWidget(self.sentence)
        self.set_sequences(settings.transmit_sequences.value)
        self.names.currentIndexChanged.connect(self._choose)
        self.names.lineEdit().editingFinished.connect(self._rename)
        self.editor.textChanged.connect(self._keep)
        self.control.changed.connect(self._show)
        self.control.failed.connect(self.sentence.say)
        self._show()

    # -- making ------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        make = partial(new_action, self)
        self.add_action = make("New", "add", "Write another sequence", self.add)
        self.remove_action = make("Remove", "remove", "Remove this sequence", self.remove)
        self.run_action = make("Run", "start", "Run the sequence, pause it, or go on", self.run)
        self.step_action = make("Step", "step", "Do one step and stand still", self.step)
        self.stop_action = make("Stop", "stop", "End the sequence", self.control.stop)

    def _make_bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 3, 6, 3)
        bar.addWidget(self.names)
        for action in (
            self.add_action,
            self.remove_action,
            self.run_action,
            self.step_action,
            self.stop_action,
        ):
            button = action_button(action, self)
            if action in (self.add_action, self.remove_action):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            bar.addWidget(button)
        bar.addStretch(1)
        return bar

    # -- the texts ---------------------------------------------------------------------------------------

    def sequences(self) -> list[dict[str, Any]]:
        """All of them as plain values."""
        return [
            {"name": self.names.itemText(number), "text": text} for number, text in enumerate(self._texts)
        ]

    def set_sequences(self, stored: list[dict[str, Any]]) -> None:
        """Replace all by stored ones; none runs then."""
        self.control.stop()
        found = readable_sequences(stored) or [("Sequence 1", "")]
        blocked = self.names.blockSignals(True)
        self.names.clear()
        self.names.addItems([name for name, _text in found])
        self.names.blockSignals(blocked)
        self._texts = [text for _name, text in found]
        self._choose(0)

    def add(self) -> None:
        """A new, empty sequence."""
        self._texts.append("")
        self.names.addItem(f"Sequence {len(self._texts)}")
        self.names.setCurrentIndex(len(self._texts) - 1)
        self.editor.setFocus()
        self._remember()

    def remove(self) -> None:
        """Remove the one that is shown."""
        number = self.names.currentIndex()
        del self._texts[number]
        self.names.removeItem(number)
        if not self._texts:
            self.add()
        self._remember()

    def _choose(self, number: int) -> None:
        if 0 <= number < len(self._texts) and self.editor.toPlainText() != self._texts[number]:
            self.editor.setPlainText(self._texts[number])

    def _rename(self) -> None:
        self.names.setItemText(self.names.currentIndex(), self.names.currentText().strip() or "Sequence")
        self._remember()

    def _keep(self) -> None:
        number = self.names.currentIndex()
        if 0 <= number < len(self._texts) and self._texts[number] != self.editor.toPlainText():
            self._texts[number] = self.editor.toPlainText()
            self._remember()

    def _remember(self) -> None:
        self._settings.transmit_sequences.set(self.sequences())

    # -- running -----------------------------------------------------------------------------------------

    def run(self) -> None:
        """Run, pause or go on."""
        self.sentence.say("")
        if self.control.running:
            self.control.pause()
        else:
            self.control.start(self.editor.toPlainText())

    def step(self) -> None:
        """One step."""
        self.sentence.say("")
        if not self.control.running:
            self.control.start(self.editor.toPlainText(), paused=True)
        else:
            self.control.step()

    def _show(self) -> None:
        control, status = self.control, self.control.status
        running = status.state == "running"
        self.run_action.setText("Pause" if running else "Run" if status.state != "paused" else "Go on")
        self.run_action.setIcon(icon("pause" if running else "start"))
        self.run_action.setEnabled(control.can_run)
        self.step_action.setEnabled(control.can_run)
        self.stop_action.setEnabled(control.running)
        self.editor.setReadOnly(control.running)
        self.names.setEnabled(not control.running)
        self._mark(control.line)
        self._say_outcome()

    def _say_outcome(self) -> None:
        status = self.control.status
        if not self.control.can_run:
            self.sentence.hint(NO_BUS)
        elif status.state == "stopped":
            self.sentence.hint("")
        else:
            missed = f", {counted(status.missed, 'expected frame')} missed" if status.missed else ""
            how = status.outcome or status.state
            self.sentence.hint(f"{how[:1].upper()}{how[1:]}. {counted(status.sent, 'frame')} sent{missed}.")

    def _mark(self, line: int | None) -> None:
        """Show which line is next."""
        if line is None:
            self.editor.setExtraSelections([])
            return
        selection = QTextEdit.ExtraSelection()
        color = QColor(self.palette().highlight().color())
        color.setAlpha(70)
        selection.format.setBackground(color)
        selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        selection.cursor = QTextCursor(self.editor.document().findBlockByNumber(line))
        self.editor.setExtraSelections([selection])
