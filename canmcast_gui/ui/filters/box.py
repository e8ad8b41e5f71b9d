"""The field for the filter of a view, and the number of frames that match."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QToolButton, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.trace.cells import refined
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.filters.edit import FilterEdit
from canmcast_gui.ui.filters.problem import FilterProblem
from canmcast_gui.ui.filters.saved import SavedFilters
from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.updates import VisibleTicks

# Long enough that an incomplete word does not become an error, short enough to be fast.
TYPING_PAUSE_MS = 150
# Incomplete filters are usual while they are typed.
ERROR_PAUSE_MS = 1000

COUNT_TICKS = 5  # five times a second
_LEAST_TEXT = 120  # pixels that the count leaves for the text

# Frames or ids that are shown, all of them, and what they are.
Count = tuple[int, int, str]

TIP = "Shows only frames that match the filter; all other frames stay in the recording. Examples:"
EXAMPLES = (
    "1A3                       an id, part of a name, or data bytes",
    "id in 0x100..0x1FF        a range of ids",
    "name ~ Engine* and length > 4",
    "dir == tx                 sent by this program, or by the one that recorded the file",
    "data[2] & 0x80            a bit of a byte",
    "source == 10.0.0.7        one sender",
    "Engine.Speed > 3000       a signal's value",
    "error or remote",
)


class FilterBox(FilterEdit):
    """The field for the filter of a view, with the number of frames that match.

    A mistake is shown after a pause or Enter; Enter then takes the suggestion, Esc restores the filter that
    applies.
    """

    def __init__(self, state: FilterState, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(lambda: state.words(settings), parent)
        self._state = state
        self._count: Callable[[], Count | None] = lambda: None
        self.setPlaceholderText("Filter: id, name, data, or an expression")
        self.setClearButtonEnabled(True)
        self.setToolTip("\n".join((TIP, "", *EXAMPLES)))
        self.setAccessibleName("Filter")
        self.saved_filters = SavedFilters(settings, self)
        self.problem = FilterProblem(self)
        self.problem.taken.connect(self.take_suggestion)
        self.problem.dismissed.connect(self.restore)
        self.matches = QLabel(self)
        self.matches.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.matches.hide()
        self._add_button()
        self._pause = self._timer(TYPING_PAUSE_MS, self.apply)
        self._error_pause = self._timer(ERROR_PAUSE_MS, self._show_problem)
        self.textChanged.connect(self._on_text)
        self.returnPressed.connect(self._on_return)
        self.list.hidden.connect(self._on_list_hidden)
        state.failed.connect(self._on_failed)
        state.changed.connect(self._on_changed)
        VisibleTicks(state.session.clock, self, self.update_count, COUNT_TICKS)

    def _timer(self, milliseconds: int, slot: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    def _add_button(self) -> None:
        """Add the button for saved filters at the left end."""
        action = new_action(
            self,
            "▾",
            self._show_saved_filters,
            icon="filter",
            keys="Alt+Down",
            context=Qt.ShortcutContext.WidgetShortcut,
            tip="Saved and recent filters",
        )
        self.addAction(action)
        self.button = button = QToolButton(self)
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setAutoRaise(True)
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setAccessibleName("Saved filters")
        self._make_room()

    def count_with(self, count: Callable[[], Count | None]) -> None:
        """Show how many match; ``count`` returns None where that is not known."""
        self._count = count
        self.update_count()

    # -- the text ----------------------------------------------------------------------------------------

    def apply(self) -> None:
        """Use the text immediately."""
        self._pause.stop()
        self._state.set_text(self.text())

    def set_filter_text(self, text: str) -> None:
        """Set the text and use it."""
        self.setText(text)
        self._on_return()

    def refine(self, text: str) -> None:
        """Require another filter in addition to that of the box."""
        self.set_filter_text(refined(self.text(), text))

    def restore(self) -> None:
        """Return to the filter that applies."""
        self.set_filter_text(self._state.filter.text)

    def take_suggestion(self) -> None:
        """Replace a mistyped name by the suggested one."""
        error = self._state.error
        if error is not None and error.suggestion:
            self.replace_mistake(error)
            self._on_return()

    def _show_saved_filters(self) -> None:
        self.saved_filters.menu().popup(self.mapToGlobal(self.rect().bottomLeft()))

    def _on_text(self, text: str) -> None:
        self.problem.hide()
        self.show_error(-1)
        if text:
            self._pause.start()
            self._error_pause.start()
        else:
            self._error_pause.stop()
            self.apply()

    def _on_return(self) -> None:
        error = self._state.error
        if self.problem.isVisible() and error is not None and error.suggestion:
            self.problem.hide()
            self.take_suggestion()
            return
        self._error_pause.stop()
        self.apply()
        if self._state.error is None:
            self.saved_filters.add_recent(self.text())

    # -- mistakes ----------------------------------------------------------------------------------------

    def _on_failed(self, sentence: str, _position: int) -> None:
        if not sentence:
            self._error_pause.stop()
            self.problem.hide()
            self.show_error(-1)
        elif not self._error_pause.isActive():
            self._show_problem()

    def _on_list_hidden(self) -> None:
        if not self._error_pause.isActive() and not self._pause.isActive():
            self._show_problem()

    def _show_problem(self) -> None:
        error = self._state.error
        if error is None or self.list.isVisible():
            return
        self.show_error(error.position)
        if self.isVisible():
            still = self._state.filter.text
            self.problem.show_error(error.message, error.position, error.suggestion, still)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self._state.error is not None:
            self.restore()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._state.error is None and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.saved_filters.add_recent(self._state.filter.text)

    def _on_changed(self, _filter: Filter) -> None:
        """Count once the view has the filter."""
        QTimer.singleShot(0, self, self.update_count)

    # -- the number of matches ---------------------------------------------------------------------------

    def update_count(self) -> None:
        """Show how many frames match, in as many words as there is room for."""
        count = None if self._state.filter.passes_all else self._count()
        text = ""
        if count is not None:
            shown, total, unit = count
            long = f"{shown:,} of {total:,}"
            room = self.width() - self.button.sizeHint().width() - _LEAST_TEXT
            fits = self.matches.fontMetrics().horizontalAdvance
            text = next((one for one in (f"{long} {unit}", long) if fits(one) <= room), "")
            self.matches.setToolTip(f"{long} {unit} match")
        if text != self.matches.text():
            self.matches.setText(text)
            self.matches.setVisible(bool(text))
            self._make_room()

    def _make_room(self) -> None:
        """Place the button and the number of matches."""
        size = self.button.sizeHint()
        self.button.setGeometry(1, (self.height() - size.height()) // 2, size.width(), size.height())
        style = self.style()
        clear = style.pixelMetric(QStyle.PixelMetric.PM_LineEditIconSize, None, self)
        clear += 2 * style.pixelMetric(QStyle.PixelMetric.PM_LineEditIconMargin, None, self)
        counted = self.matches.sizeHint().width() + 4 if self.matches.text() else 0
        gap = self.fontMetrics().horizontalAdvance("  ") if counted else 0  # to the text of the filter
        self.matches.setGeometry(self.width() - clear - counted - 4, 0, counted, self.height())
        self.setTextMargins(size.width(), 0, counted + gap, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update_count()
        self._make_room()
