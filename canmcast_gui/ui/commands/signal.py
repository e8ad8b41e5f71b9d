"""The commands for signals, and for all signals of a message."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from canmcast_gui.ui.commands.command import (
    CommandList,
    needs_message,
    needs_row,
    needs_signal,
    needs_signals,
)
from canmcast_gui.ui.commands.subject import Subject
from canmcast_gui.ui.commands.targets import CommandTargets
from canmcast_gui.ui.labels import label_text


class SignalCommands:
    """One attribute for each action."""

    def __init__(self, make: CommandList, targets: CommandTargets) -> None:
        self._targets = targets
        self.plot = make.add(
            "plot", "&Plot", lambda subject: targets.plot(subject.signals), needs_signals, icon="plot",
            keys="Ctrl+P", title=_plot_title, tip="Plot the selected signals, or all signals of the message",
        )  # fmt: skip
        self.watch = make.add(
            "watch", "&Add to Watch", lambda subject: targets.watch(subject.signals), needs_signals,
            icon="signal", keys="Ctrl+Shift+W",
            tip="Show the current values of the selected signals, or of all signals of the message",
        )  # fmt: skip
        self.next_change = make.add(
            "next-change", "Next &change", lambda subject: self._find_change(subject, False), _needs_value,
            icon="next", keys="F4", tip="Go to the next frame with another value of the signal",
        )  # fmt: skip
        self.previous_change = make.add(
            "previous-change", "Previous cha&nge", lambda subject: self._find_change(subject, True),
            _needs_value, icon="previous", keys="Shift+F4",
            tip="Go to the previous frame with another value of the signal",
        )  # fmt: skip
        self.set_in_transmit = make.add(
            "set-in-transmit", "Set in &transmit list", targets.set_signal, needs_signal, icon="edit",
            tip="Edit the value of the signal in the transmit row of its message",
        )  # fmt: skip
        self.show_in_database = make.add(
            "show-in-database", "Show in &database", self._show, needs_message, icon="database",
            keys="F12", tip="Show the message or signal in the database browser",
        )  # fmt: skip
        self.copy_name = make.add(
            "copy-signal-name", "Copy signal na&me",
            lambda subject: QGuiApplication.clipboard().setText("\n".join(subject.signals)), needs_signal,
            icon="copy", tip="The name as filters and plots use it",
        )  # fmt: skip
        self.copy_value = make.add(
            "copy-signal-value", "Copy signal &value", _copy_value, _needs_text,
            tip="The value with its unit",
        )  # fmt: skip

    def _find_change(self, subject: Subject, backwards: bool) -> None:
        if subject.cell is not None:
            self._targets.find(subject.cell.text.replace(" == ", " != "), backwards)

    def _show(self, subject: Subject) -> None:
        if subject.signal:
            self._targets.show_signal(subject.signal)
        elif subject.message is not None:
            self._targets.show_message(subject.message.name)


def _plot_title(subject: Subject) -> str:
    if subject.signal:
        return f"&Plot {label_text(subject.signal.partition('.')[2])}"
    if subject.single:
        return f"&Plot {len(subject.signals)} signals"
    return f"&Plot all signals of {label_text(subject.title)}"


def _needs_value(subject: Subject) -> str:
    if needs_row(subject) or subject.value is None or subject.cell is None:
        return "Select a signal below a row of the trace first: Right shows the signals of a row."
    return ""


def _needs_text(subject: Subject) -> str:
    return needs_signal(subject) or ("" if subject.value is not None else "The signal has no value yet.")


def _copy_value(subject: Subject) -> None:
    if subject.value is not None:
        text = f"{subject.value.text} {subject.value.unit}".strip()
        QGuiApplication.clipboard().setText(text)
