"""The vocabulary that every other room speaks: frames as columns. Needs numpy only."""

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
