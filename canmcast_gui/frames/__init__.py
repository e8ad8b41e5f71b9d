"""Frames as columns: what all other packages exchange. Needs numpy only.

``FrameBatch`` is a batch of frames as a structured array of ``FRAME_DTYPE`` and a heap of long payloads;
``Flag`` are the bits of its flags, ``Source`` and ``SourceTable`` who sent them. ``DLC_TO_LENGTH``,
``LENGTH_TO_DLC``, ``MAX_PAYLOAD`` and ``INLINE_BYTES`` are facts of CAN FD and of the layout. Modules hold
what every package needs once: ``filters`` (the filter language), ``validity``, ``text``. May import no other
package of the program.
"""

from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.layout import (
    DLC_TO_LENGTH,
    FRAME_DTYPE,
    INLINE_BYTES,
    LENGTH_TO_DLC,
    MAX_PAYLOAD,
    Flag,
)
from canmcast_gui.frames.sources import Source, SourceTable

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
]
