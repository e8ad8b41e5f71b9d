"""What a database says about messages and signals: plain values that can be kept, compared and shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from canmcast_gui.frames.bitfield import BitField
from canmcast_gui.frames.units import MAX_EXTENDED_ID

# SAE J1939-21: in PDU1 (format below 240) the low byte of the parameter group is a destination address.
_FIRST_PDU2_FORMAT = 240
_PDU1_MASK = 0x03FF0000
_PDU2_MASK = 0x03FFFF00


@dataclass(frozen=True, slots=True)
class Signal:
    """One signal of a message: its name, its bits, and how they become a value.

    ``start`` and ``big_endian`` follow the DBC convention: bit numbers count 0..7 from the least significant
    bit of each byte; ``start`` is the least significant bit of a little-endian signal and the most
    significant one of a big-endian signal. value = raw * scale + offset. ``choices`` are texts of raw values.
    A signal with a ``multiplexer`` is only in frames where that signal's raw value is in ``multiplexer_ids``
    (and where the multiplexer itself is in the frame).
    """

    name: str
    start: int
    length: int
    big_endian: bool = False
    signed: bool = False
    is_float: bool = False
    scale: float = 1
    offset: float = 0
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: Mapping[int, str] = field(default_factory=dict)
    comment: str = ""
    is_multiplexer: bool = False
    multiplexer: str | None = None
    multiplexer_ids: frozenset[int] = frozenset()
    receivers: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def field(self) -> BitField:
        """The signal's bits, which are its raw value."""
        return BitField(self.start, self.length, self.big_endian, self.signed, self.is_float)

    @property
    def first_bit(self) -> int:
        """The first bit in the order in which bits are sent (big endian) or counted (little endian)."""
        return self.field.first_bit

    @property
    def bytes_needed(self) -> int:
        """The payload bytes that a frame must have to hold the signal."""
        return self.field.bytes_needed


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a database. ``length`` in bytes, ``cycle_ms`` None where it has no cycle.

    ``id_mask`` are the bits of a frame's arbitration id that must match: all of them, or those of the
    parameter group for J1939 and NMEA 2000, where priority and sender are not part of the message. A
    container (AUTOSAR) has ``contained`` messages with headers instead of signals; these have a
    ``header_id`` and no id of their own.
    """

    name: str
    arbitration_id: int
    extended: bool
    length: int
    signals: tuple[Signal, ...] = ()
    cycle_ms: float | None = None
    senders: tuple[str, ...] = ()
    comment: str = ""
    id_mask: int = MAX_EXTENDED_ID
    fd: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    contained: tuple[Message, ...] = ()
    header_id: int | None = None
    _by_name: Mapping[str, Signal] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # the first, where multiplexed signals share a name
        object.__setattr__(self, "_by_name", {signal.name: signal for signal in reversed(self.signals)})

    @property
    def by_parameter_group(self) -> bool:
        """Whether frames of any sender and priority are this message."""
        return self.id_mask != MAX_EXTENDED_ID

    @property
    def receivers(self) -> tuple[str, ...]:
        """The nodes that receive any of its signals, each once."""
        return tuple(dict.fromkeys(name for signal in self.signals for name in signal.receivers))

    @property
    def listed_signals(self) -> tuple[Signal, ...]:
        """Its signals; of a container also those of the messages in it, named "Message.Signal"."""
        inner = (
            replace(signal, name=f"{message.name}.{signal.name}")
            for message in self.contained
            for signal in message.signals
        )
        return (*self.signals, *inner)

    def signal(self, name: str) -> Signal | None:
        """The signal of a name; the first, where multiplexed signals share it."""
        return self._by_name.get(name)


def addresses_text(arbitration_id: int) -> str:
    """The sender of a frame of a J1939 or NMEA 2000 parameter group, and its receiver if it has one."""
    source = f"SA {arbitration_id & 0xFF:02X}"
    if (arbitration_id >> 16) & 0xFF < _FIRST_PDU2_FORMAT:
        return f"{source}, DA {(arbitration_id >> 8) & 0xFF:02X}"
    return source


def parameter_group_mask(arbitration_id: int) -> int:
    """The bits of a 29-bit id that are its J1939 parameter group (SAE J1939-21)."""
    return _PDU1_MASK if (arbitration_id >> 16) & 0xFF < _FIRST_PDU2_FORMAT else _PDU2_MASK


@dataclass(frozen=True, slots=True)
class Node:
    """A node (ECU) of a database's network."""

    name: str
    comment: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignalValue:
    """The value of a signal in one frame; ``text`` is the text of the choice, or the number for display.

    ``warning`` is "" for most values. It says that the value is outside the signal's range, or that a
    multiplexer's value selects no signals.
    """

    name: str
    value: int | float
    unit: str
    text: str
    raw: int | float
    warning: str = ""


Selectors = tuple[tuple[Signal, frozenset[int]], ...]


@dataclass(frozen=True, slots=True)
class SignalPath:
    """A signal and everything that selects it in a frame.

    ``name`` is what the signal is called, with the names of its message and container. ``selectors`` are the
    multiplexers above it, outermost first, each with the raw values that select the signal. ``container`` is
    the message around ``message``, if there is one.
    """

    name: str
    message: Message
    signal: Signal
    selectors: Selectors
    container: Message | None = None

    @property
    def bytes_needed(self) -> int:
        """The payload bytes that a frame must have for the signal and its multiplexers."""
        return max(self.signal.bytes_needed, *(above.bytes_needed for above, _ in self.selectors), 0)


def signal_paths(message: Message) -> Iterator[SignalPath]:
    """All signals of a message "Message.Signal", and those of a container "Container.Message.Signal"."""
    for signal in message.signals:
        yield SignalPath(f"{message.name}.{signal.name}", message, signal, selectors_of(message, signal))
    for inner in message.contained:
        for signal in inner.signals:
            name = f"{message.name}.{inner.name}.{signal.name}"
            yield SignalPath(name, inner, signal, selectors_of(inner, signal), message)


def selectors_of(message: Message, signal: Signal) -> Selectors:
    """The multiplexers that a signal depends on, outermost first, with the raw values that select it.

    A multiplexer that the database does not have always selects. One that depends on itself ends the list.
    """
    selectors: list[tuple[Signal, frozenset[int]]] = []
    lower = signal
    while lower.multiplexer is not None and len(selectors) < len(message.signals):
        above = message.signal(lower.multiplexer)
        if above is None:
            break
        selectors.append((above, lower.multiplexer_ids))
        lower = above
    return tuple(selectors[::-1])
