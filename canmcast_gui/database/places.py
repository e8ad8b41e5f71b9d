"""Where a signal is: in which message, perhaps inside a container, and below which multiplexers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from canmcast_gui.database.model import Message, Signal

Chain = tuple[tuple[Signal, frozenset[int]], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One signal of a message. ``name`` is what it is called, ``chain`` what selects it, outermost first.

    ``container`` is the message around that message, if there is one. ``needed`` are the payload bytes that a
    frame must have for the signal and its multiplexers.
    """

    name: str
    message: Message
    signal: Signal
    chain: Chain
    container: Message | None = None

    @property
    def needed(self) -> int:
        """How many payload bytes it takes to have the signal and all that selects it."""
        return max(self.signal.bytes_needed, *(above.bytes_needed for above, _ in self.chain), 0)


def places_in(message: Message) -> Iterator[Place]:
    """All signals of a message "Message.Signal", and those of a container "Container.Message.Signal"."""
    for signal in message.signals:
        yield Place(f"{message.name}.{signal.name}", message, signal, multiplexers_of(message, signal))
    for inner in message.contained:
        for signal in inner.signals:
            name = f"{message.name}.{inner.name}.{signal.name}"
            yield Place(name, inner, signal, multiplexers_of(inner, signal), message)


def multiplexers_of(message: Message, signal: Signal) -> Chain:
    """The multiplexers that a signal depends on, outermost first, with the numbers that select it.

    A multiplexer that the database does not have selects always; one that depends on itself ends the chain.
    """
    chain: list[tuple[Signal, frozenset[int]]] = []
    at = signal
    while at.multiplexer is not None and len(chain) < len(message.signals):
        above = message.signal(at.multiplexer)
        if above is None:
            break
        chain.append((above, at.multiplexer_ids))
        at = above
    return tuple(chain[::-1])
