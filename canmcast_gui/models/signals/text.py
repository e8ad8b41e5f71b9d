"""What a database says of a message or a signal, as lines of a tool tip."""

from __future__ import annotations

from canmcast_gui.database import Message, Signal

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
