"""Filter expressions: a text that users type, compiled to a condition that numpy evaluates by column.

A plain word finds frames by hexadecimal id, by a part of the message's name, or by payload bytes; pairs of
hexadecimal digits in a row are payload bytes. Expressions compare fields::

    id == 0x123 and length > 4        id in 0x100..0x1FF        id in (0x1, 0x2)
    dir == tx                         channel == 1              dlc >= 9
    channel == powertrain             channel in (1, body)
    data[2] & 0x80                    data ~ "DE AD"            data == "01 02"
    name ~ "Engine*"                  source == 10.0.0.7        time > 1.5
    fd  brs  esi  error  remote  extended  standard             Engine.Speed > 3000
    Engine.Gear == Reverse            Speed > 3000, where one message has it

joined by ``and``, ``or``, ``not`` and parentheses; two terms without a word between them must both be met.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from canmcast_gui.frames.arrays import Mask
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.filters.fields import ChoiceLookup, NameLookup, SignalColumn, SignalLookup
from canmcast_gui.frames.filters.nodes import AllOf, Always, Node
from canmcast_gui.frames.filters.parser import parse
from canmcast_gui.frames.filters.terms import Lookups
from canmcast_gui.frames.filters.tokens import FilterError
from canmcast_gui.frames.filters.vocabulary import Vocabulary
from canmcast_gui.frames.sources import Source, SourceTable

__all__ = [
    "ChoiceLookup",
    "Filter",
    "FilterError",
    "NameLookup",
    "SignalColumn",
    "SignalLookup",
    "Vocabulary",
    "compile_filter",
]


class Filter:
    """A compiled filter: ``mask(batch)`` tells which frames pass."""

    __slots__ = ("_node", "text")

    def __init__(self, text: str, node: Node) -> None:
        self.text = text
        self._node = node

    @property
    def passes_all(self) -> bool:
        """Whether it is the empty filter."""
        return isinstance(self._node, Always)

    def mask(self, batch: FrameBatch) -> Mask:
        """Which frames pass, bool (n,)."""
        return self._node.mask(batch)

    def __and__(self, other: Filter) -> Filter:
        """A filter that passes what both pass."""
        if self.passes_all or other.passes_all:
            return other if self.passes_all else self
        return Filter(f"({self.text}) and ({other.text})", AllOf((self._node, other._node)))

    def __repr__(self) -> str:
        return f"<Filter {self.text!r}>"


def compile_filter(
    text: str,
    names: NameLookup | None = None,
    sources: SourceTable | None = None,
    signals: SignalLookup | None = None,
    start_ns: Callable[[], int] = lambda: 0,
    source_names: Mapping[Source, str] | None = None,
    choices: ChoiceLookup | None = None,
    vocabulary: Callable[[], Vocabulary] = Vocabulary,
    channels: Mapping[int, str] | None = MappingProxyType({}),
) -> Filter:
    """Compile ``text``; an empty one passes all frames. Raises FilterError with the position of the mistake.

    ``names`` finds ids by the names of their messages (called only now), ``signals`` the column of a signal
    and ``choices`` the values that have a text. ``sources`` is the table of the frames' source column,
    ``source_names`` the names of some of them; both may grow. ``time`` is in seconds since ``start_ns()``.
    ``vocabulary`` finds signals that are written without their message, and corrects mistyped ones.
    ``channels`` has the names of channels by number, read only now; with None, where they are not known yet,
    any name is valid and no frame has it.
    """
    table = SourceTable() if sources is None else sources
    lookups = Lookups(
        names,
        table,
        {} if source_names is None else source_names,
        signals,
        choices,
        start_ns,
        vocabulary,
        channels,
    )
    return Filter(text, parse(text, lookups))
