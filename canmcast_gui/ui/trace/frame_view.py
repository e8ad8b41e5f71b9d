"""The base of all trace views: a table of frames with the settings, searches and hints that views share."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtWidgets import QVBoxLayout, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.lines import LineModel
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.row_commands import RowCommands
from canmcast_gui.ui.trace.table import FrameTable

_NOTHING_YET = {
    "connecting": "Connecting…",
    "loading": "Opening…",
    "live": "On the bus. Nothing has arrived yet.\n\nIf somebody is sending: do group, port and network "
    "interface agree (Ctrl+B)? The command “canmcast doctor” looks for the reason.",
    "file": "The file holds no frames.",
}


class FrameView(QWidget):
    """A table of frames, and ``commands`` for its rows."""

    def __init__(
        self,
        model: LineModel,
        key: str,
        context: ViewContext,
        hidden: Collection[Column] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``key`` is the name under which the columns are remembered, ``hidden`` those not shown at first."""
        super().__init__(parent)
        self.context = context
        self._session = session = context.session
        self._model = model
        self.table = FrameTable(model, context.settings, key, hidden, self)
        self.commands = RowCommands(self.table, model, context, self.current_row, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)
        self._hint = EmptyHint(self.table, "")
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, session.state_changed):
            signal.connect(self._update_hint)
        self._follow_settings()

    def _follow_settings(self) -> None:
        model, context, settings = self._model, self.context, self.context.settings
        settings.decimal.changed.connect(model.set_decimal)
        settings.time_mode.changed.connect(model.set_time_mode)
        context.reference_changed.connect(model.set_reference)
        context.rules_changed.connect(self.table.set_rules)
        self._session.databases_changed.connect(model.databases_changed)
        model.set_decimal(settings.decimal.value)
        model.set_time_mode(settings.time_mode.value)
        model.set_reference(context.reference)
        self.table.set_rules(context.rules)
        context.sources.changed.connect(self._on_source_names)
        self._on_source_names()

    def _on_source_names(self) -> None:
        self._model.set_source_names(self.context.sources.names)
        self.table.viewport().update()

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        raise NotImplementedError

    def current_row(self) -> int | None:
        """The recording's row of the current line; in a by-ID view that of the newest frame."""
        raise NotImplementedError

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """Go to the next shown line that meets a condition, or the one before, starting at what is seen.

        At the end the search starts again at the other end. ``done`` takes whether there is such a line, and
        whether the search came around to it. Returns the task that looks for it, which does not call ``done``
        when it is cancelled; None where the answer was at hand.
        """
        raise NotImplementedError

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """Tell ``done`` which of the lines that meet a condition the current one is, and how many there are.

        Returns the task that counts, as ``search`` does.
        """
        raise NotImplementedError

    def seen_line(self, backwards: bool) -> int:
        """The line where a search starts: the current one where it can be seen, else the first that can be,
        or the last one for a search backwards; -1 where there is none.
        """
        first, last = self.table.visible_lines()
        here = self.table.currentIndex().row()
        if first <= here <= last:
            return here
        return -1 if last < first else last if backwards else first

    def selection_text(self) -> str:
        """How much is selected, how long it took, and how often that is a second; "" for up to one row."""
        ranges = self.table.selected_lines()
        if not ranges or ranges[0][0] == ranges[-1][1]:
            return ""
        count, first, last = self._model.time_span(ranges)
        seconds = abs(last - first) / 1e9
        rate = f" · {(count - 1) / seconds:,.1f}/s" if seconds and count > 1 else ""
        return f"{count:,} selected · {seconds:,.6f} s{rate}"

    def _update_hint(self) -> None:
        """An empty view says why it is empty."""
        empty = not self._model.rowCount()
        if empty:
            self._hint.setText(self._why_empty())
        if empty == self._hint.isHidden():
            self._hint.setVisible(empty)

    def _why_empty(self) -> str:
        if len(self._session.recording):
            return "No frame passes the filter."
        return _NOTHING_YET.get(self._session.state, "No frames.")
