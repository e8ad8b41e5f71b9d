"""The settings of a replay, as users make them and workspaces store them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from msgspec import Meta

from canmcast_gui.frames.schema import REQUIRED, Codec
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import LogPart, Order
from canmcast_gui.transmit import ReplayOptions
from canmcast_gui.transmit.replay.options import MAX_SPEED, MIN_SPEED, parse_channels, parse_ids

# Files of one replay: a damaged workspace must not open thousands.
MAX_FILES = 64
# Some 30 years each way, so that a log that begins in 1970 can be moved to the present.
MAX_OFFSET_SECONDS = 1_000_000_000.0
# Of a range, in seconds, and of a limit, in frames/s.
MAX_NUMBER = 1_000_000.0


@dataclass(frozen=True)
class _StoredFile:
    """A log file in a workspace; ``offset`` is in seconds."""

    file: Annotated[Path, REQUIRED] = Path()
    offset: Annotated[float, Meta(ge=-MAX_OFFSET_SECONDS, le=MAX_OFFSET_SECONDS)] = 0.0


def _checked(parse: Callable[[str], object]) -> Codec:
    """Texts that ``parse`` accepts."""

    def load(text: str) -> str:
        parse(text)
        return text

    return Codec(str, load, str)


_PART = Codec(
    _StoredFile,
    lambda stored: LogPart(stored.file, round(stored.offset * NS_PER_SECOND)),
    lambda part: _StoredFile(part.path, part.offset_ns / NS_PER_SECOND),
)
_Number = Annotated[float, Meta(ge=0.0, le=MAX_NUMBER)]


@dataclass(frozen=True)
class ReplaySetup:
    """The files with their offsets, and how they are sent.

    ``speed`` is a factor of the recorded times, None for as fast as ``limit`` allows (in frames/s, 0 for no
    limit). The range from ``start`` to ``stop`` is in seconds since the beginning, a ``stop`` of 0 is the
    end. The texts are those that users type (see transmit/replay/text.py).
    """

    omit_defaults: ClassVar[bool] = True

    files: Annotated[tuple[Annotated[LogPart, _PART], ...], Meta(max_length=MAX_FILES)] = ()
    order: Order = "times"
    speed: Annotated[float, Meta(ge=MIN_SPEED, le=MAX_SPEED)] | None = 1.0
    limit: _Number = 0.0
    loop: bool = False
    start: _Number = 0.0
    stop: _Number = 0.0
    filter: str = ""
    ids: Annotated[str, _checked(parse_ids)] = ""
    channels: Annotated[str, _checked(parse_channels)] = ""
    skip_live: bool = False
    error_frames: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether a user would not miss it."""
        return not (self.files or self.filter or self.ids or self.channels)

    def options(self, paused: bool = False) -> ReplayOptions:
        """What the transmit process needs. Raises TransmitError for a text that cannot be read."""
        return ReplayOptions(
            speed=self.speed,
            rate=self.limit or None if self.speed is None else None,
            loop=self.loop,
            filter=self.filter,
            ids=parse_ids(self.ids),
            channels=parse_channels(self.channels),
            skip_live=self.skip_live,
            error_frames=self.error_frames,
            paused=paused,
        )
