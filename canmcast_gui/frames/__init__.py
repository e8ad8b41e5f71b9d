"""Frames as columns: what all other packages exchange. Needs numpy and msgspec.

``FrameBatch`` is a batch of frames as a structured array of ``FRAME_DTYPE`` and a heap of long payloads;
``Flag`` are the bits of its flags, ``Source`` and ``SourceTable`` who sent them. ``DLC_TO_LENGTH``,
``LENGTH_TO_DLC``, ``MAX_PAYLOAD`` and ``INLINE_BYTES`` are facts of CAN FD and of the layout. ``UserError``
is the base of errors that the user can correct. Modules hold what several packages need: ``filters`` (the
filter language), ``bitfield``, ``schema``, ``units``, ``validity``, ``text``. Imports no other package of the
program.

Names are imported when they are first used: "canmcast --help" and the start of a child process need an error
or a unit from here, but not numpy.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canmcast_gui.frames.batch import FrameBatch
    from canmcast_gui.frames.errors import UserError
    from canmcast_gui.frames.layout import (
        DLC_TO_LENGTH,
        FRAME_DTYPE,
        INLINE_BYTES,
        LENGTH_TO_DLC,
        MAX_PAYLOAD,
        Flag,
    )
    from canmcast_gui.frames.sources import Source, SourceTable

_MODULES = {
    "DLC_TO_LENGTH": "layout",
    "FRAME_DTYPE": "layout",
    "INLINE_BYTES": "layout",
    "LENGTH_TO_DLC": "layout",
    "MAX_PAYLOAD": "layout",
    "Flag": "layout",
    "FrameBatch": "batch",
    "Source": "sources",
    "SourceTable": "sources",
    "UserError": "errors",
}

__all__ = [
    "DLC_TO_LENGTH",
    "FRAME_DTYPE",
    "INLINE_BYTES",
    "LENGTH_TO_DLC",
    "MAX_PAYLOAD",
    "Flag",
    "FrameBatch",
    "Source",
    "SourceTable",
    "UserError",
]


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)
