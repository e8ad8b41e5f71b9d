"""The commands for the sender of a frame."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from canmcast_gui.models.trace.cells import CellFilter
from canmcast_gui.ui.commands.command import CommandList, filter_title, needs_source
from canmcast_gui.ui.commands.subject import NO_FILTER, Subject
from canmcast_gui.ui.commands.targets import CommandTargets


class SourceCommands:
    """One attribute for each action."""

    def __init__(self, make: CommandList, targets: CommandTargets) -> None:
        self.only = make.add(
            "only-source", "&Only this source", lambda subject: targets.refine(_filter(subject).text),
            needs_source, icon="filter", title=lambda subject: f"&Only {filter_title(_filter(subject))}",
            tip="Show only the frames of this sender",
        )  # fmt: skip
        self.without = make.add(
            "without-source", "&Without this source",
            lambda subject: targets.refine(_filter(subject).excluding), needs_source,
            title=lambda subject: f"&Without {filter_title(_filter(subject))}",
            tip="Hide the frames of this sender",
        )  # fmt: skip
        self.color = make.add(
            "color-source", "&Color this source…",
            lambda subject: targets.color(_filter(subject).label, _filter(subject).text), needs_source,
            icon="theme", tip="Add a color rule for the frames of this sender",
        )  # fmt: skip
        self.copy_address = make.add(
            "copy-address", "Copy &address",
            lambda subject: QGuiApplication.clipboard().setText(str(subject.source)), needs_source,
            icon="copy", tip="The address and port of the sender",
        )  # fmt: skip
        self.show_node = make.add(
            "show-node", "Show its &node in the database", lambda subject: targets.show_node(subject.node),
            lambda subject: "" if subject.node else "No loaded database names a node that sends this.",
            icon="database", tip="The node that sends these messages, as the database says",
        )  # fmt: skip


def _filter(subject: Subject) -> CellFilter:
    """The filter for the frames of the sender: its address, and its port where it is known."""
    source = subject.source
    if source is None:
        return NO_FILTER
    return CellFilter(f"from {source.address}", f"source == {source.address}")
