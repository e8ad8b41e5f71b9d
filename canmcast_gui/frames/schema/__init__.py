"""Dataclasses from the plain values of a JSON file, and back.

The fields of a dataclass describe the file: their names are the keys, their types are those of the values,
and ``Annotated`` adds limits (``msgspec.Meta``) and exceptions (``Key``, ``Codec``, ``REQUIRED``)::

    @dataclass(frozen=True)
    class Setup:
        rate: Annotated[float, Meta(ge=0.1, le=1000)] = 100.0
        kinds: tuple[Literal["classic", "fd"], ...] = ("classic",)
        log: Annotated[Path | None, Key("file", "log_file")] = None

``load`` converts each field on its own. A value that does not fit is reported as a ``Problem`` and its field
keeps the default; an entry of a list or dict that does not fit is left out. So a damaged value costs only
itself, and no value raises.

Types can be ``str``, ``int``, ``float``, ``bool``, ``Any``, ``Literal``, enums, unions of these, ``bytes``
(as hexadecimal text), ``Path``, dataclasses, lists, tuples, sets and dicts of all of these, and any of
them or None. ``null`` counts as a missing value unless the type includes None.
"""

from canmcast_gui.frames.schema.fields import (
    REQUIRED,
    Key,
    dump,
    dump_value,
    load,
    load_list,
    load_value,
)
from canmcast_gui.frames.schema.values import Codec, Problem

__all__ = ["REQUIRED", "Codec", "Key", "Problem", "dump", "dump_value", "load", "load_list", "load_value"]
