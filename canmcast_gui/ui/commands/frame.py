"""The commands for a frame, an id or a message."""

from __future__ import annotations

from PySide6.QtGui import QAction

from canmcast_gui.frames import Flag
from canmcast_gui.models.trace.cells import CellFilter
from canmcast_gui.ui.commands.command import (
    NO_ID,
    CommandList,
    filter_title,
    needs_cell,
    needs_frame,
    needs_id,
    needs_row,
)
from canmcast_gui.ui.commands.subject import NO_FILTER, Subject
from canmcast_gui.ui.commands.targets import CommandTargets


class FrameCommands:
    """One attribute for each action."""

    def __init__(self, make: CommandList, targets: CommandTargets) -> None:
        self._targets = targets
        self._make_transmit_actions(make)
        self._make_filter_actions(make)
        self._make_search_actions(make)
        self._make_other_actions(make)

    def _make_transmit_actions(self, make: CommandList) -> None:
        targets = self._targets
        self.add_rows = make.add(
            "add-to-transmit", "Add to &transmit list", lambda subject: targets.add_rows(subject.selected()),
            _sendable, icon="add", keys="Ctrl+Shift+A",
            tip="Transmit rows for the selected frames, with their names, cycles and current data",
        )  # fmt: skip
        self.send_once = make.add(
            "send-once", "S&end this frame once", lambda subject: targets.send(subject.selected()),
            lambda subject: _sendable(subject) or targets.obstacle(), icon="send", keys="Ctrl+Shift+Return",
            tip="Send the selected frames now, once",
        )  # fmt: skip

    def _make_filter_actions(self, make: CommandList) -> None:
        targets = self._targets
        self.only_id = make.add(
            "only-id", "&Only this ID", lambda subject: targets.refine(_id(subject).text), needs_id,
            icon="filter", keys="Ctrl+I", title=lambda subject: f"&Only {filter_title(_id(subject))}",
            tip="Show only the frames with this ID",
        )  # fmt: skip
        self.without_id = make.add(
            "without-id", "&Without this ID", lambda subject: targets.refine(_id(subject).excluding),
            needs_id, keys="Ctrl+Shift+I", title=lambda subject: f"&Without {filter_title(_id(subject))}",
            tip="Hide the frames with this ID",
        )  # fmt: skip
        self.only_value = make.add(
            "only-value", "Only this &value", lambda subject: targets.refine(_cell(subject).text), needs_cell,
            icon="filter", keys="Ctrl+Shift+F", title=lambda subject: f"Only {filter_title(_cell(subject))}",
            tip="Show only the frames with the value of the selected cell or signal",
        )  # fmt: skip
        self.without_value = make.add(
            "without-value", "Without this v&alue", lambda subject: targets.refine(_cell(subject).excluding),
            needs_cell, title=lambda subject: f"Without {filter_title(_cell(subject))}",
            tip="Hide the frames with the value of the selected cell or signal",
        )  # fmt: skip
        self.new_view = make.add(
            "id-in-new-view", "This ID in a new vie&w", lambda subject: targets.open_view(_id(subject).text),
            needs_id, icon="chronological", keys="Ctrl+Shift+N",
            tip="Open a chronological view that shows only the frames with this ID",
        )  # fmt: skip

    def _make_search_actions(self, make: CommandList) -> None:
        targets = self._targets
        self.find_next = make.add(
            "next-of-id", "&Next frame of this ID", lambda subject: targets.find(_id(subject).text, False),
            needs_id, icon="next", keys="Ctrl+F3", tip="Go to the next frame with the same ID",
        )  # fmt: skip
        self.find_previous = make.add(
            "previous-of-id", "&Previous frame of this ID",
            lambda subject: targets.find(_id(subject).text, True), needs_id, icon="previous",
            keys="Ctrl+Shift+F3", tip="Go to the previous frame with the same ID",
        )  # fmt: skip

    def _make_other_actions(self, make: CommandList) -> None:
        targets = self._targets
        self.color_id = make.add(
            "color-id", "&Color this ID…",
            lambda subject: targets.color(subject.title, _id(subject).text), needs_id,
            icon="theme", keys="Ctrl+K", title=lambda subject: f"&Color {filter_title(_id(subject))}…",
            tip="Add a color rule for the frames with this ID",
        )  # fmt: skip
        self.color_value = make.add(
            "color-value", "Color this val&ue…",
            lambda subject: targets.color(_cell(subject).label, _cell(subject).text), needs_cell,
            title=lambda subject: f"Color {filter_title(_cell(subject))}…",
            tip="Add a color rule for the frames with the value of the selected cell or signal",
        )  # fmt: skip
        self.record_on = make.add(
            "record-on", "&Record when this comes…", lambda subject: targets.record_on(_trigger(subject)),
            needs_id, icon="record", tip="Record a log file that begins at the next frame like this one",
        )  # fmt: skip
        self.show_statistics = make.add(
            "show-in-statistics", "Show in &Statistics", self._show_statistics,
            lambda subject: needs_frame(subject) or ("" if subject.identity else NO_ID),
            tip="Counts and cycle times of this ID",
        )  # fmt: skip

        self.expand = make.add(
            "expand", "Show or hide si&gnals", lambda _subject: targets.expand(), _expandable,
            tip="The signals of the current row (Enter, Right and Left)",
        )  # fmt: skip

    def _show_statistics(self, subject: Subject) -> None:
        if subject.identity is not None:
            self._targets.show_statistics(*subject.identity)


class CopyCommands:
    """The formats in which rows are copied, further to those that the window has."""

    def __init__(self, make: CommandList) -> None:
        self.data = _copy(
            make, "data", "Copy &data as hex", "The payloads of the selected rows", "Ctrl+Shift+C"
        )
        self.c_array = _copy(make, "c", "Copy data as &C arrays", "The payloads as arrays of C")
        self.python = _copy(
            make, "python", "Copy as &python-can messages", "The selected rows as can.Message(…)"
        )


def _copy(make: CommandList, form: str, text: str, tip: str, keys: str = "") -> QAction:
    def copy(subject: Subject) -> None:
        if subject.copy is not None:
            subject.copy(form)

    return make.add(f"copy-{form}", text, copy, needs_row, tip=tip, keys=keys, icon="copy" if keys else "")


def _sendable(subject: Subject) -> str:
    reason = needs_frame(subject)
    if not reason and int(subject.frame.flags[0]) & Flag.ERROR:
        return "An error frame cannot be sent."
    return reason


def _expandable(subject: Subject) -> str:
    return needs_row(subject) or ("" if subject.signals else "No loaded database has signals of this frame.")


def _id(subject: Subject) -> CellFilter:
    return subject.id_filter or NO_FILTER


def _cell(subject: Subject) -> CellFilter:
    return subject.cell or NO_FILTER


def _trigger(subject: Subject) -> str:
    """The id, or the value of the selected signal."""
    return _cell(subject).text if subject.signal and subject.cell is not None else _id(subject).text
