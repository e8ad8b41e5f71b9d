"""The filter in force of a view, for the current recording, databases and names of senders."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.filters import Filter, FilterError
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.ui.filters.words import session_words


class FilterState(QObject):
    """The filter in force. A text with an error leaves the last valid filter in force.

    ``error`` is the mistake in the text. ``changed`` carries the new filter, ``failed`` an error and its
    position, or "" and -1 when the text is valid again.
    """

    changed = Signal(Filter)
    failed = Signal(str, int)

    def __init__(
        self, session: Session, parent: QObject | None = None, senders: SourceNames | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._senders = senders
        self._text = ""  # as typed; the text of the filter in force may be another one
        self.error: FilterError | None = None
        self.filter = self.compile("")
        session.document.replaced.connect(self._compile_again)
        session.databases.changed.connect(self._compile_again)
        session.document.channels_named.connect(partial(self._compile_using, "channel"))
        if senders is not None:
            senders.changed.connect(partial(self._compile_using, "source"))

    def compile(self, text: str) -> Filter:
        """A filter for the current recording and databases; raises FilterError."""
        names = None if self._senders is None else self._senders.names
        return compile_for(text, self._session.document.recording, self._session.databases.loaded, names)

    def words(self, settings: AppSettings | None = None) -> Words:
        """What a field for a filter can propose."""
        return session_words(self._session, settings, self._senders)

    @property
    def session(self) -> Session:
        """The session whose frames are filtered."""
        return self._session

    def set_text(self, text: str) -> None:
        """Use another filter, if it is valid."""
        self._text = text
        try:
            condition = self.compile(text)
        except FilterError as error:
            self.error = error
            self.failed.emit(error.message, error.position)
            return
        self.error = None
        self.failed.emit("", -1)
        self.filter = condition
        self.changed.emit(condition)

    def _compile_using(self, field: str) -> None:
        """Compile filters that use a field again, whose values have other names."""
        if field in self._text.lower():
            self._compile_again()

    def _compile_again(self) -> None:
        """Compile the text, and the filter in force, for other names, sources and start."""
        if self._text != self.filter.text:
            with suppress(FilterError):  # a signal's database may be gone
                self.filter = self.compile(self.filter.text)
                self.changed.emit(self.filter)
        self.set_text(self._text)
