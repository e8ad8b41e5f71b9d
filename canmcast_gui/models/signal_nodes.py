"""The lines of the signal tree: databases, messages and signals, their newest values and tool tips."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from canmcast_gui.database import Database, Message, Signal
from canmcast_gui.frames import Flag
from canmcast_gui.recording import NewestById


@dataclass(slots=True, eq=False)
class Node:
    """A line of the tree; ``shown`` are the children that the filter lets through, ``row`` its place there.

    ``search`` is the text that the filter looks in; ``last_row`` the frame that the values come from.
    """

    number: int
    parent: Node | None
    database: Database
    message: Message | None = None
    signal: Signal | None = None
    search: str = ""
    children: list[Node] = field(default_factory=list)
    shown: list[Node] = field(default_factory=list)
    row: int = 0
    value: str = ""
    warning: str = ""
    last_row: int = -1

    @property
    def name(self) -> str:
        """What plots call a signal; of messages and databases the names."""
        if self.signal is not None and self.message is not None:
            return f"{self.message.name}.{self.signal.name}"
        return self.message.name if self.message is not None else self.database.name


def number_rows(nodes: list[Node]) -> None:
    """Tell nodes their places among those that are shown."""
    for row, node in enumerate(nodes):
        node.row = row


def newest_entry(newest: NewestById, message: Message) -> int | None:
    """The entry of the newest frame of a message; of a parameter group, that of whichever sender was last."""
    if not message.by_parameter_group:
        return newest.find(message.arbitration_id, message.extended)
    same = (newest.arbitration_id & np.uint32(message.id_mask)) == np.uint32(
        message.arbitration_id & message.id_mask
    )
    data_frames = (newest.flags & np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)) == Flag.EXTENDED
    entries = np.flatnonzero(same & data_frames)
    return int(entries[newest.last_row[entries].argmax()]) if len(entries) else None


def tip(node: Node) -> str:
    """The tool tip of a line."""
    if node.signal is not None:
        odd = [f"The value now: {node.warning}"] if node.warning else []
        return "\n".join([*odd, *signal_facts(node.name, node.signal)])
    if node.message is not None:
        return "\n".join(message_facts(node.message))
    return "\n".join([str(node.database.path), *map(str, node.database.problems[:10])])


# A tool tip that is longer than the screen cannot be read.
SHOWN_STATES = 12
SHOWN_NUMBERS = 8


def message_facts(message: Message) -> list[str]:
    """Length, cycle, senders and comment of a message, a line each."""
    facts = [f"{message.name}, {message.length} bytes"]
    if message.cycle_ms:
        facts.append(f"every {message.cycle_ms:g} ms")
    if message.senders:
        facts.append(f"sent by {', '.join(message.senders)}")
    return [", ".join(facts), *filter(None, [message.comment])]


def signal_facts(name: str, signal: Signal) -> list[str]:
    """Unit, range, multiplexer, states and comment of the signal called ``name``, a line each."""
    facts = [name + (f" in {signal.unit}" if signal.unit else "")]
    if signal.minimum is not None and signal.maximum is not None:
        facts.append(f"{signal.minimum:g} to {signal.maximum:g}")
    if signal.multiplexer is not None:
        numbers = ", ".join(str(number) for number in sorted(signal.multiplexer_ids)[:SHOWN_NUMBERS])
        facts.append(f"only where {signal.multiplexer} is {numbers}")
    facts += [f"{raw}: {text}" for raw, text in list(signal.choices.items())[:SHOWN_STATES]]
    return [*facts, *filter(None, [signal.comment])]
