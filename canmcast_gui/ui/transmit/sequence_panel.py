"""The sequence panel: texts of steps, run, paused and stepped."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QColor, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.session import Session
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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._link = session.transmit.link
        self.control = session.transmit.sequences
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
        self._show_all()
        self.names.currentIndexChanged.connect(self._show_text)
        self.names.lineEdit().editingFinished.connect(self._rename)
        self.editor.textChanged.connect(self._keep)
        self.control.reset_done.connect(self._show_all)
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

    def _show_all(self) -> None:
        """Show the names of all sequences and the text of the first one."""
        with QSignalBlocker(self.names):
            self.names.clear()
            self.names.addItems([sequence.name for sequence in self.control.sequences])
        self._show_text(0)

    def _show_text(self, index: int) -> None:
        sequences = self.control.sequences
        if 0 <= index < len(sequences) and self.editor.toPlainText() != sequences[index].text:
            self.editor.setPlainText(sequences[index].text)

    def add(self) -> None:
        """Add an empty sequence and show it."""
        self.control.add()
        last = len(self.control.sequences) - 1
        self.names.addItem(self.control.sequences[last].name)
        self.names.setCurrentIndex(last)
        self.editor.setFocus()

    def remove(self) -> None:
        """Remove the sequence that is shown."""
        index = self.names.currentIndex()
        self.control.remove(index)
        self._show_all()
        self.names.setCurrentIndex(min(index, self.names.count() - 1))

    def _rename(self) -> None:
        index, name = self.names.currentIndex(), self.names.currentText().strip() or "Sequence"
        self.names.setItemText(index, name)
        self.control.rename(index, name)

    def _keep(self) -> None:
        index = self.names.currentIndex()
        if 0 <= index < len(self.control.sequences):
            self.control.set_text(index, self.editor.toPlainText())

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
            self.sentence.hint(self._link.obstacle)
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
