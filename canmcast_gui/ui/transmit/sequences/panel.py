"""The sequence panel: edits sequences of steps, and runs one of them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSignalBlocker, Qt
from PySide6.QtGui import QColor, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.sequences import MAX_LOG
from canmcast_gui.app.transmit.transmit_link import NO_BUS
from canmcast_gui.transmit import SequenceStatus
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.item_views import leave_by_tab
from canmcast_gui.ui.transmit.panel_parts import RunActions, StatusLine, icon_button
from canmcast_gui.ui.transmit.sending_bar import SendingBar
from canmcast_gui.wording import counted, printable

HINT = """One step a line, for example:

send Request
expect id == 0x7E8 within 200 ms
wait 50 ms
loop 10 times
  send 7DF#0201
  wait 10 ms
end"""


class SequencePanel(QWidget):
    """Edits the sequences of the session and runs one of them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = session.transmit.link
        self.control = session.transmit.sequences
        self._shown_run = self._shown_entries = 0
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
        self.status_line = StatusLine(self)
        self.sending_bar = SendingBar(self._link, self)
        self.add_action = new_action(self, "New", self.add, icon="add", tip="Add a sequence")
        self.remove_action = new_action(
            self, "Remove", self.remove, icon="remove", tip="Remove this sequence"
        )
        self.run_actions = RunActions(self, "Run", self.start, self.step, self.control.stop, "sequence")
        self.log = QListWidget(self)
        self.log.setAccessibleName("Step log")
        self.log.setFont(theme.fixed_font())
        self.log.setFrameShape(QListWidget.Shape.NoFrame)
        self.log.setWordWrap(True)
        self.log.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.log.hide()
        splitter = QSplitter(self)
        splitter.addWidget(self.editor)
        splitter.addWidget(self.log)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._bar())
        layout.addWidget(self.sending_bar)
        layout.addWidget(splitter, 1)
        layout.addWidget(self.status_line)
        self._show_all()
        self._connect()
        self._show()

    # -- layout ------------------------------------------------------------------------------------------

    def _bar(self) -> QHBoxLayout:
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 3, 6, 3)
        bar.addWidget(self.names)
        for action in (self.add_action, self.remove_action):
            bar.addWidget(icon_button(action, self))
        for button in self.run_actions.buttons(self):
            bar.addWidget(button)
        bar.addStretch(1)
        return bar

    def _connect(self) -> None:
        self.names.currentIndexChanged.connect(self._show_text)
        line = self.names.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._rename)
        self.editor.textChanged.connect(self._keep)
        self.control.reset_done.connect(self._show_all)
        self.control.changed.connect(self._show)
        self.control.failed.connect(self.status_line.show_problem)

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

    def start(self) -> None:
        """Run the sequence, pause or resume it."""
        self.status_line.clear_problem()
        if self.control.running:
            self.control.pause()
        else:
            self.control.start(self.editor.toPlainText())

    def step(self) -> None:
        """Do one step and pause."""
        self.status_line.clear_problem()
        if not self.control.running:
            self.control.start(self.editor.toPlainText(), paused=True)
        else:
            self.control.step()

    def _show(self) -> None:
        control, status = self.control, self.control.status
        is_active, is_paused = status.state == "running", status.state == "paused"
        self.run_actions.show_state(is_active, is_paused, "" if control.can_run else NO_BUS, control.running)
        self.editor.setReadOnly(control.running)
        self.names.setEnabled(not control.running)
        self._mark_line(control.line)
        self._show_log()
        failure = _state_text(status) if control.has_failed and not control.running else ""
        if failure:
            self.status_line.show_problem(failure)
        self.status_line.show_hint("" if self._link.obstacle else _state_text(status))

    def _show_log(self) -> None:
        """Show the steps of the run; failures are red."""
        control, run = self.control, self.control.runs
        if run != self._shown_run:
            self.log.clear()
            self._shown_run, self._shown_entries = run, 0
        new = min(control.logged - self._shown_entries, len(control.log))
        self._shown_entries = control.logged
        red = theme.colors(self.palette()).error
        for entry in list(control.log)[len(control.log) - new :]:
            item = QListWidgetItem(printable(f"{entry.seconds:8.3f} s  {entry.text}"), self.log)
            item.setToolTip(item.text())
            if entry.is_failure:
                item.setForeground(red)
        while self.log.count() > MAX_LOG:
            self.log.takeItem(0)
        if new:
            self.log.scrollToBottom()
        self.log.setVisible(bool(control.log))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "log"):
            self._shown_run = 0  # the log is written again, in the colors of the theme
            self._show_log()

    def _mark_line(self, line: int | None) -> None:
        """Mark the line of the next step."""
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


def _state_text(status: SequenceStatus) -> str:
    """The state or the outcome of a sequence and its counts; "" if none was run."""
    if status.state == "stopped":
        return ""
    missed = f", {counted(status.missed, 'expected frame')} missed" if status.missed else ""
    state = status.outcome or status.state
    return f"{state[:1].upper()}{state[1:]}. {counted(status.sent, 'frame')} sent{missed}."
