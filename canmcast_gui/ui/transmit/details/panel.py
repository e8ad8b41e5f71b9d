"""The details of the selected rows: signals, frame, and generated data, beside or below the table."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.app.transmit.parsing.generator_text import split_generators
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.ui.filters.field import FilterField
from canmcast_gui.ui.transmit.details.checked_field import CheckedField
from canmcast_gui.ui.transmit.details.frame_form import FrameForm
from canmcast_gui.ui.transmit.details.generator_list import GeneratorList
from canmcast_gui.ui.transmit.details.signal_editor import SignalEditor

TAB: Setting[int] = Setting("transmit/details_tab", int, 0)
SIGNALS, FRAME, GENERATORS = range(3)


class RowDetails(QTabWidget):
    """Follows the selected rows. ``problem`` carries a message about the last edit."""

    problem = Signal(str)

    def __init__(
        self,
        model: TransmitModel,
        databases: DatabaseSet,
        settings: AppSettings,
        words: Callable[[], Words] = Words,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self.setDocumentMode(True)
        self.signals = SignalEditor(model, databases, self)
        self.frame = FrameForm(model, databases, words, self)
        self.generators = GeneratorList(model, self)
        self.addTab(self.signals, "Signals")
        self.addTab(self.frame, "Frame")
        self.addTab(self.generators, "Counter / checksum")
        self.setTabToolTip(FRAME, "Type, length, count, trigger, key, group, comment")
        self.setTabToolTip(GENERATORS, "Data that changes by frame: counters, checksums, waveforms, E2E")
        self.setUsesScrollButtons(True)
        self._tab = settings.field(TAB)
        self.setCurrentIndex(min(max(self._tab.value, SIGNALS), GENERATORS))
        self.tabBarClicked.connect(self._tab.set)
        self.currentChanged.connect(self._on_tab)
        self.signals.problem.connect(self.problem)
        self.generators.problem.connect(self.problem)
        self.signals.generate.connect(lambda signal, group: self.generators.add(group, signal))
        self.signals.edit_generator.connect(self._edit_generator)
        self.signals.remove_generator.connect(self._remove_generator)
        self.setMinimumSize(self.fontMetrics().horizontalAdvance("0") * 30, self.fontMetrics().height() * 4)

    def show_rows(self, numbers: list[int]) -> None:
        """Show rows; signals and generators only of a single one."""
        single = numbers[0] if len(numbers) == 1 else None
        self.signals.show_row(single)
        self.generators.show_row(single)
        self.frame.show_rows(numbers)
        self._enable(len(numbers))

    def _enable(self, count: int) -> None:
        """Show the tab of the frame where there are no signals; the user's tab otherwise."""
        self.setTabEnabled(SIGNALS, self.signals.has_message)
        self.setTabEnabled(GENERATORS, count <= 1)
        wanted = min(max(self._tab.value, SIGNALS), GENERATORS)
        self.setCurrentIndex(wanted if self.isTabEnabled(wanted) else FRAME)

    def _on_tab(self, tab: int) -> None:
        """Remember a tab that was chosen with the arrow keys."""
        if self.tabBar().hasFocus():
            self._tab.set(tab)

    def refresh(self) -> None:
        """Show what the rows contain now."""
        had_message = self.signals.has_message
        self.signals.refresh()
        self.frame.refresh()
        self.generators.refresh()
        if self.signals.has_message != had_message:
            self._enable(1)

    def show_signal(self, name: str) -> None:
        """Go to the field of a signal."""
        if self.signals.has_message:
            self.setCurrentIndex(SIGNALS)
        for field in self.signals.fields:
            if field.line.signal.name == name:
                field.editor.setFocus()

    def focus_first(self) -> None:
        """Give the focus to the first field of the current tab."""
        page = self.currentWidget()
        fields = page.findChildren(QWidget) if page is not None else []
        first = next((field for field in fields if field.isVisible() and takes_tab(field)), None)
        if first is not None:
            first.setFocus()

    def commit(self) -> bool:
        """Store what is being typed in a field; False if that is not valid, which the field then shows."""
        field = QApplication.focusWidget()
        if field is None or not self.isAncestorOf(field):
            return True
        field.clearFocus()  # ends the editing as leaving the field does
        field.setFocus()
        around: QWidget | None = field
        while around is not None and around is not self:
            if isinstance(around, CheckedField | FilterField) and around.has_problem:
                return False
            around = around.parentWidget()
        return True

    def _texts(self) -> list[str]:
        row = self.signals.row
        return [] if row is None else split_generators(row.generators)

    def _edit_generator(self, text: str) -> None:
        if text in self._texts():
            self.generators.edit(self._texts().index(text))

    def _remove_generator(self, text: str) -> None:
        if text in self._texts():
            self.generators.remove(self._texts().index(text))


def takes_tab(widget: QWidget) -> bool:
    """Whether Tab stops at an enabled widget."""
    return widget.isEnabled() and bool(widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value)
