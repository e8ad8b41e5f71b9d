"""The messages, signals, nodes and problems of databases, as lines of tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from canmcast_gui.database import Database, DatabaseSet, Message, Node, Problem, Signal
from canmcast_gui.frames.text import id_text


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a table: a message, signal, node or problem of a database."""

    database: Database
    message: Message | None = None
    signal: Signal | None = None
    node: Node | None = None
    problem: Problem | None = None
    search: str = ""

    @property
    def name(self) -> str:
        """ "Message.Signal" for signals, the name for messages and nodes."""
        if self.signal is not None and self.message is not None:
            return f"{self.message.name}.{self.signal.name}"
        return self.message.name if self.message is not None else self.node.name if self.node else ""


def message_entries(databases: DatabaseSet) -> Iterator[Entry]:
    """Every message of every database."""
    for database in databases:
        for message in database.messages:
            yield Entry(database, message, search=_search(message, ""))


def signal_entries(databases: DatabaseSet) -> Iterator[Entry]:
    """Every signal of every message."""
    for database in databases:
        for message in database.messages:
            for signal in message.listed_signals:
                yield Entry(database, message, signal, search=_search(message, signal.name))


def node_entries(databases: DatabaseSet) -> Iterator[Entry]:
    """Every node of every network."""
    for database in databases:
        for node in database.nodes:
            yield Entry(database, node=node, search=f"{node.name} {node.comment}".lower())


def problem_entries(databases: DatabaseSet) -> Iterator[Entry]:
    """Conflicts between databases, then the problems of each file."""
    for conflict in databases.conflicts():
        problem = Problem(0, "conflict", str(conflict))
        yield Entry(conflict.other, problem=problem, search=f"conflict {problem.text}".lower())
    for database in databases:
        for problem in database.problems:
            search = f"{problem.kind} {problem.text} {database.path.name} {problem.line}".lower()
            yield Entry(database, problem=problem, search=search)


def _search(message: Message, signal: str) -> str:
    number = id_text(message.arbitration_id, message.extended)
    return f"{message.name}.{signal} {number} {message.arbitration_id}".lower()
