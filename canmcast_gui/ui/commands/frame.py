"""The commands for a frame, an id or a message."""

from __future__ import annotations

from PySide6.QtGui import QAction

from canmcast_gui.frames import Flag
from canmcast_gui.ui.commands.command import (
    NO_ID,
    CommandList,
    needs_cell,
    needs_frame,
    needs_id,
    needs_row,
)
from canmcast_gui.ui.commands.doors import Doors
from canmcast_gui.ui.commands.subject import Subject
from canmcast_gui.ui.labels import label_text


class FrameCommands:
    """One attribute for each action."""

    def __init__(self, make: CommandList, doors: Doors) -> None:
        self._doors = doors
        self._make_transmit_actions(make)
        self._make_filter_actions(make)
        self._make_search_actions(make)
        self._make_other_actions(make)

    def _make_transmit_actions(self, make: CommandList) -> None:
        doors = self._doors
        self.add_rows = make.add(
            "add-to-transmit", "Add to &transmit list", lambda subject: doors.add_rows(subject.selected()),
            _sendable, icon="add", keys="Ctrl+Shift+A",
            tip="Transmit rows for the selected frames, with their names, cycles and current data",
        )  # fmt: skip
        self.send_once = make.add(
            "send-once", "S&end this frame once", lambda subject: doors.send(subject.selected()),
            lambda subject: _sendable(subject) or doors.obstacle(), icon="send", keys="Ctrl+Shift+Return",
            tip="Send the selected frames now, once",
        )  # fmt: skip

    def _make_filter_actions(self, make: CommandList) -> None:
        doors = self._doors
        self.only_id = make.add(
            "only-id", "&Only this ID", lambda subject: doors.refine(_id_text(subject)), needs_id,
            icon="filter", keys="Ctrl+I", title=lambda subject: f"&Only {label_text(_id_label(subject))}",
            tip="Show only the frames with this ID",
        )  # fmt: skip
        self.without_id = make.add(
            "without-id", "&Without this ID", lambda subject: doors.refine(_id_excluded(subject)), needs_id,
            keys="Ctrl+Shift+I", title=lambda subject: f"&Without {label_text(_id_label(subject))}",
            tip="Hide the frames with this ID",
        )  # fmt: skip
        self.only_value = make.add(
            "only-value", "Only this &value", lambda subject: doors.refine(_cell_text(subject)), needs_cell,
            icon="filter", keys="Ctrl+Shift+F", title=lambda subject: f"Only {_cell_title(subject)}",
            tip="Show only the frames with the value of the selected cell or signal",
        )  # fmt: skip
        self.without_value = make.add(
            "without-value", "Without this v&alue", lambda subject: doors.refine(_cell_excluded(subject)),
            needs_cell, title=lambda subject: f"Without {_cell_title(subject)}",
            tip="Hide the frames with the value of the selected cell or signal",
        )  # fmt: skip
        self.new_view = make.add(
            "id-in-new-view", "This ID in a new vie&w", lambda subject: doors.open_view(_id_text(subject)),
            needs_id, icon="chronological", keys="Ctrl+Shift+N",
            tip="Open a chronological view that shows only the frames with this ID",
        )  # fmt: skip

    def _make_search_actions(self, make: CommandList) -> None:
        doors = self._doors
        self.find_next = make.add(
            "next-of-id", "&Next frame of this ID", lambda subject: doors.find(_id_text(subject), False),
            needs_id, icon="next", keys="Ctrl+F3", tip="Go to the next frame with the same ID",
        )  # fmt: skip
        self.find_previous = make.add(
            "previous-of-id", "&Previous frame of this ID",
            lambda subject: doors.find(_id_text(subject), True), needs_id, icon="previous",
            keys="Ctrl+Shift+F3", tip="Go to the previous frame with the same ID",
        )  # fmt: skip

    def _make_other_actions(self, make: CommandList) -> None:
        doors = self._doors
        self.color_id = make.add(
            "color-id", "&Color this ID…",
            lambda subject: doors.color(subject.title, _id_text(subject)), needs_id,
            icon="theme", keys="Ctrl+K", title=lambda subject: f"&Color {label_text(_id_label(subject))}…",
            tip="Add a color rule for the frames with this ID",
        )  # fmt: skip
        self.color_value = make.add(
            "color-value", "Color this val&ue…",
            lambda subject: doors.color(_cell_label(subject), _cell_text(subject)), needs_cell,
            title=lambda subject: f"Color {label_text(_cell_label(subject))}…",
            tip="Add a color rule for the frames with the value of the selected cell or signal",
        )  # fmt: skip
        self.record_on = make.add(
            "record-on", "&Record when this comes…", lambda subject: doors.record_on(_trigger(subject)),
            needs_id, icon="record", tip="Record a log file that begins at the next frame like this one",
        )  # fmt: skip
        self.show_statistics = make.add(
            "show-in-statistics", "Show in &Statistics", self._show_statistics,
            lambda subject: needs_frame(subject) or ("" if subject.identity else NO_ID),
            tip="Counts and cycle times of this ID",
        )  # fmt: skip

        self.expand = make.add(
            "expand", "Show or hide si&gnals", lambda _subject: doors.expand(), _expandable,
            tip="The signals of the current row (Enter, Right and Left)",
        )  # fmt: skip

    def _show_statistics(self, subject: Subject) -> None:
        if subject.identity is not None:
            self._doors.show_statistics(*subject.identity)


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


def _id_text(subject: Subject) -> str:
    return "" if subject.id_filter is None else subject.id_filter.text


def _id_excluded(subject: Subject) -> str:
    return "" if subject.id_filter is None else subject.id_filter.excluding


def _id_label(subject: Subject) -> str:
    return "" if subject.id_filter is None else subject.id_filter.label


def _cell_text(subject: Subject) -> str:
    return "" if subject.cell is None else subject.cell.text


def _cell_excluded(subject: Subject) -> str:
    return "" if subject.cell is None else subject.cell.excluding


def _cell_label(subject: Subject) -> str:
    return "" if subject.cell is None else subject.cell.label


def _cell_title(subject: Subject) -> str:
    return label_text(_cell_label(subject))


def _trigger(subject: Subject) -> str:
    """The id, or the value of the selected signal."""
    return _cell_text(subject) if subject.signal and subject.cell is not None else _id_text(subject)
