"""The lines of the signal tree: databases, messages and signals, their newest values and tool tips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from canmcast_gui.database import Database, Message, Signal
from canmcast_gui.frames.text import id_text
from canmcast_gui.models.drag import Dragged
from canmcast_gui.wording import counted

# A tool tip that is longer than the screen cannot be read.
MAX_STATES = 12
MAX_NUMBERS = 8
MAX_PROBLEMS = 10


@dataclass(slots=True, eq=False, kw_only=True)
class Node:
    """A line of the tree. ``number`` is its index among all nodes, ``row`` its row below its parent."""

    number: int
    database: Database
    row: int = 0

    @property
    def name(self) -> str:
        """The name of the database or message, or "Message.Signal"."""
        return self.database.name

    @property
    def label(self) -> str:
        """The name of the line below its parent."""
        return self.name

    @property
    def shown_value(self) -> str:
        """The text in the column of values."""
        return ""

    @property
    def signal_names(self) -> list[str]:
        """ "Message.Signal" of the signals of the line."""
        return []

    @property
    def dragged(self) -> Dragged | None:
        """What is dragged with the line; None for a database."""
        return None

    def clear_values(self) -> None:
        """Forget the newest values."""

    def tip(self) -> str:
        """The tool tip of the line."""
        return "\n".join([str(self.database.path), *map(str, self.database.problems[:MAX_PROBLEMS])])


@dataclass(slots=True, eq=False, kw_only=True)
class SignalNode(Node):
    """A signal with its newest value; ``warning`` tells why the value is not valid."""

    parent: MessageNode
    signal: Signal
    search: str
    value: str = ""
    warning: str = ""

    @property
    def name(self) -> str:
        return f"{self.parent.message.name}.{self.signal.name}"

    @property
    def label(self) -> str:
        return self.signal.name

    @property
    def shown_value(self) -> str:
        return self.value

    @property
    def signal_names(self) -> list[str]:
        return [self.name]

    @property
    def dragged(self) -> Dragged:
        return Dragged(self.database, self.parent.message, self.signal)

    def clear_values(self) -> None:
        self.value = self.warning = ""

    def tip(self) -> str:
        warning = [f"Current value: {self.warning}"] if self.warning else []
        return "\n".join([*warning, *signal_facts(self.name, self.signal)])


@dataclass(slots=True, eq=False, kw_only=True)
class MessageNode(Node):
    """A message; ``last_row`` is the row of the recording with the frame that the values are from.

    ``summary`` has the first values of a collapsed message; ``status`` tells how long ago its newest frame
    was, or how often frames come. A message whose frames have stopped, or never came, is not ``alive``.
    """

    parent: DatabaseNode
    message: Message
    search: str
    signals: list[SignalNode] = field(default_factory=list)
    shown: list[SignalNode] = field(default_factory=list)
    last_row: int = -1
    expanded: bool = False
    alive: bool = False
    count: int = 0
    summary: str = ""
    status: str = ""

    @property
    def name(self) -> str:
        return self.message.name

    @property
    def shown_value(self) -> str:
        return self.summary if self.alive and not self.expanded else self.status

    @property
    def signal_names(self) -> list[str]:
        return [signal.name for signal in self.signals]

    @property
    def dragged(self) -> Dragged:
        return Dragged(self.database, self.message)

    def clear_values(self) -> None:
        self.last_row, self.alive, self.count, self.summary, self.status = -1, False, 0, "", ""

    def tip(self) -> str:
        identifier = id_text(self.message.arbitration_id, self.message.extended)
        values = [
            f"{signal.signal.name} {signal.value}" for signal in self.signals[:MAX_STATES] if signal.value
        ]
        frames = [f"{counted(self.count, 'frame')}, {self.status}"] if self.count else []
        return "\n".join([f"ID {identifier}", *message_facts(self.message), *frames, *values])

    @property
    def is_shown(self) -> bool:
        """Whether the message passes the filter."""
        shown = self.parent.shown
        return self.row < len(shown) and shown[self.row] is self

    def apply_filter(self, words: list[str]) -> None:
        """Show the signals whose names contain all words."""
        self.shown = [signal for signal in self.signals if contains_all(signal.search, words)]
        number_rows(self.shown)


@dataclass(slots=True, eq=False, kw_only=True)
class DatabaseNode(Node):
    """A database."""

    messages: list[MessageNode] = field(default_factory=list)
    shown: list[MessageNode] = field(default_factory=list)

    @property
    def shown_value(self) -> str:
        return counted(len(self.messages), "message")

    def nodes(self) -> Iterator[Node]:
        """The database and all nodes below it."""
        yield self
        for message in self.messages:
            yield message
            yield from message.signals

    def apply_filter(self, words: list[str]) -> None:
        """Show the messages and signals whose names or ids contain all words."""
        for message in self.messages:
            message.apply_filter(words)
        self.shown = [
            message for message in self.messages if message.shown or contains_all(message.search, words)
        ]
        number_rows(self.shown)


def contains_all(text: str, words: list[str]) -> bool:
    """Whether a text contains all words."""
    return all(word in text for word in words)


def number_rows(nodes: list[SignalNode] | list[MessageNode]) -> None:
    """Set the rows of the visible children of a node."""
    for row, node in enumerate(nodes):
        node.row = row


def message_facts(message: Message) -> list[str]:
    """Length, cycle, senders and comment of a message, one per line."""
    facts = [f"{message.name}, {message.length} bytes"]
    if message.cycle_ms:
        facts.append(f"every {message.cycle_ms:g} ms")
    if message.senders:
        facts.append(f"sent by {', '.join(message.senders)}")
    return [", ".join(facts), *filter(None, [message.comment])]


def signal_facts(name: str, signal: Signal) -> list[str]:
    """Unit, range, multiplexer, states and comment of a signal, one per line."""
    facts = [name + (f" in {signal.unit}" if signal.unit else "")]
    if signal.minimum is not None and signal.maximum is not None:
        facts.append(f"{signal.minimum:g} to {signal.maximum:g}")
    if signal.multiplexer is not None:
        numbers = ", ".join(str(number) for number in sorted(signal.multiplexer_ids)[:MAX_NUMBERS])
        facts.append(f"only if {signal.multiplexer} is {numbers}")
    facts += [f"{raw}: {text}" for raw, text in list(signal.choices.items())[:MAX_STATES]]
    return [*facts, *filter(None, [signal.comment])]


def database_node(database: Database, row: int) -> DatabaseNode:
    """The node of a database with all nodes below it; the model numbers them."""
    top = DatabaseNode(number=0, database=database, row=row)
    for message in database.messages:
        search = (
            f"{message.name} {id_text(message.arbitration_id, message.extended)} {message.arbitration_id}"
        )
        node = MessageNode(number=0, database=database, parent=top, message=message, search=search.lower())
        node.signals = [
            SignalNode(
                number=0,
                database=database,
                parent=node,
                signal=signal,
                search=f"{search} {message.name}.{signal.name}".lower(),
            )
            for signal in message.listed_signals
        ]
        top.messages.append(node)
    return top
