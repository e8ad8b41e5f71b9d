"""Filter expressions: a text that users type, compiled to a condition that numpy evaluates by column.

A plain word finds frames by hexadecimal id, by a part of the message's name, or by payload bytes; pairs of
hexadecimal digits in a row are payload bytes. Expressions compare fields::

    id == 0x123 and length > 4        id in 0x100..0x1FF        id in (0x1, 0x2)
    dir == tx                         channel == 1              dlc >= 9
    data[2] & 0x80                    data ~ "DE AD"            data == "01 02"
    name ~ "Engine*"                  source == 10.0.0.7        time > 1.5
    fd  brs  esi  error  remote  extended  standard             Engine.Speed > 3000
    Engine.Gear == Reverse

joined by ``and``, ``or``, ``not`` and parentheses; two terms without a word between them must both be met.
"""

from canmcast_gui.frames.filters.compiler import Filter, compile_filter
from canmcast_gui.frames.filters.fields import ChoiceLookup, NameLookup, SignalColumn, SignalLookup
from canmcast_gui.frames.filters.tokens import FilterError

__all__ = [
    "ChoiceLookup",
    "Filter",
    "FilterError",
    "NameLookup",
    "SignalColumn",
    "SignalLookup",
    "compile_filter",
]
