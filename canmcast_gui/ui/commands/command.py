"""A command: an action for the menu bar and for all context menus, and whether a subject allows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from canmcast_gui.models.trace.cells import CellFilter
from canmcast_gui.ui.actions import EVERYWHERE, allow, keys_text, new_action
from canmcast_gui.ui.commands.subject import Subject
from canmcast_gui.ui.labels import label_text

Obstacle = Callable[[Subject], str]

NO_FRAME = "Select a row of the trace first."
NO_ID = "Select a frame, an ID or a message first."
NO_SIGNAL = "Select a signal first, or a message with signals in a database."
NO_SINGLE_SIGNAL = "Select one signal first."
NO_MESSAGE = "No loaded database has this message."
NO_VALUE = "Select a cell or a signal with a value first."
NO_SOURCE = "The sender is unknown."


@dataclass(frozen=True)
class Command:
    """``obstacle`` says why a subject cannot be used, "" if it can; ``title`` is the text for a subject.

    Names in a ``title`` are escaped by label_text().
    """

    action: QAction
    obstacle: Obstacle
    run: Callable[[Subject], object]
    title: Callable[[Subject], str] | None
    usual: str

    def show(self, subject: Subject) -> None:
        """Enable the action, or disable it with the reason, and name the subject in its text."""
        reason = self.obstacle(subject)
        allow(self.action, not reason, reason)
        named = self.title(subject) if self.title is not None and not reason else ""
        self.action.setText(named or self.usual)

    def reset(self) -> None:
        """Enable the action again with its usual text, so that its key reports why it does nothing."""
        allow(self.action, True, "")
        self.action.setText(self.usual)


class CommandList:
    """Makes commands. ``current`` gives the subject that their actions act on.

    ``report`` shows why a key does nothing.
    """

    def __init__(
        self, owner: QObject, current: Callable[[], Subject], report: Callable[[str], object]
    ) -> None:
        self._owner = owner
        self._current = current
        self._report = report
        self.commands: list[Command] = []

    def add(
        self,
        name: str,
        text: str,
        run: Callable[[Subject], object],
        obstacle: Obstacle,
        *,
        tip: str,
        icon: str = "",
        keys: str = "",
        title: Callable[[Subject], str] | None = None,
    ) -> QAction:
        """Make a command; returns its action."""
        action = new_action(self._owner, text, icon=icon, keys=keys, context=EVERYWHERE)
        action.setObjectName(f"command-{name}")
        plain = text.replace("&", "").rstrip("…")
        action.setToolTip(f"{plain}  ({keys_text(action)})\n{tip}" if keys else f"{plain}\n{tip}")
        action.setStatusTip(tip)
        command = Command(action, obstacle, run, title, text)
        self.commands.append(command)
        action.triggered.connect(lambda *_: self._act(command))
        return action

    def keys(self) -> list[tuple[str, str]]:
        """The keys of all commands that have some, with the titles of the actions."""
        return [
            (command.action.shortcut().toString(), command.usual.replace("&", "").rstrip("…"))
            for command in self.commands
            if not command.action.shortcut().isEmpty()
        ]

    def _act(self, command: Command) -> None:
        subject = self._current()
        reason = command.obstacle(subject)
        if reason:
            self._report(reason)
        else:
            command.run(subject)


def filter_title(one: CellFilter) -> str:
    """What a filter selects, for the text of an action."""
    return label_text(one.label)


def needs_id(subject: Subject) -> str:
    """The obstacle of commands for an id."""
    return "" if subject.id_filter is not None else NO_ID


def needs_frame(subject: Subject) -> str:
    """The obstacle of commands for a frame with a payload."""
    if not len(subject.frame):
        return "No frame of it has been received." if subject.id_filter else NO_FRAME
    return ""


def needs_row(subject: Subject) -> str:
    """The obstacle of commands for a row of the trace."""
    return "" if subject.row is not None else NO_FRAME


def needs_cell(subject: Subject) -> str:
    """The obstacle of commands for a value."""
    return "" if subject.cell is not None else NO_VALUE


def needs_signals(subject: Subject) -> str:
    """The obstacle of commands for signals."""
    return "" if subject.signals else NO_SIGNAL


def needs_signal(subject: Subject) -> str:
    """The obstacle of commands for one signal."""
    return "" if subject.signal else NO_SINGLE_SIGNAL


def needs_message(subject: Subject) -> str:
    """The obstacle of commands for a message of a database."""
    return "" if subject.message is not None else NO_MESSAGE if subject.id_filter else NO_ID


def needs_source(subject: Subject) -> str:
    """The obstacle of commands for a sender."""
    return "" if subject.source is not None else NO_SOURCE
