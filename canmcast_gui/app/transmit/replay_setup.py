"""A replay as a user set it up: what workspaces remember of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import ORDERS, LogPart, Order
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.replay.options import MAX_SPEED, MIN_SPEED
from canmcast_gui.transmit.replay.text import parse_channels, parse_ids

# More than anybody replays together; a damaged file must not open thousands.
MOST_FILES = 64
# Some 30 years each way, so that a log that begins in 1970 can be moved to now.
MOST_OFFSET_SECONDS = 1_000_000_000.0
# Of a range, in seconds, and of a limit, in frames/s.
MOST_NUMBER = 1_000_000.0


@dataclass(frozen=True)
class ReplaySetup:
    """``files`` with their offsets, put together in an ``order``; a ``speed`` (None: as fast as ``limit``
    allows, in frames/s, 0 for none); the range from ``start`` to ``stop`` in seconds, 0 for the end; and
    texts as a user types them.
    """

    files: tuple[LogPart, ...] = ()
    order: Order = "times"
    speed: float | None = 1.0
    limit: float = 0.0
    loop: bool = False
    start: float = 0.0
    stop: float = 0.0
    filter: str = ""
    ids: str = ""
    channels: str = ""
    skip_live: bool = False
    error_frames: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it whose loss a user would mind."""
        return not (self.files or self.filter or self.ids or self.channels)

    def to_dict(self, text_of: Callable[[Path], str]) -> dict[str, Any]:
        """What differs from the usual, as plain values; ``text_of`` says how a file is written."""
        usual = ReplaySetup()
        names = [one.name for one in fields(self) if one.name != "files"]
        values = {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)}
        files = [
            {"file": text_of(part.path), "offset": part.offset_ns / NS_PER_SECOND} for part in self.files
        ]
        return {"files": files, **values} if files else values

    @classmethod
    def from_dict(cls, values: dict[str, Any], path_of: Callable[[str], Path]) -> ReplaySetup:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
        unknown = values.keys() - {one.name for one in fields(cls)}
        if unknown:
            raise ValueError(f"a replay has no {sorted(unknown)[0]!r}")
        found: dict[str, Any] = {name: _text(name, values) for name in ("filter", "ids", "channels")}
        found |= {name: _truth(name, values) for name in ("loop", "skip_live", "error_frames")}
        found |= {name: _number(name, values, 0.0, MOST_NUMBER, 0.0) for name in ("limit", "start", "stop")}
        found["speed"] = _speed(values)
        if values.get("order", "times") not in ORDERS:
            raise ValueError(f"{values['order']!r} is no order; there are {', '.join(ORDERS)}")
        try:
            parse_ids(found["ids"])
            parse_channels(found["channels"])
        except TransmitError as error:
            raise ValueError(str(error)) from error
        return cls(files=_files(values, path_of), order=values.get("order", "times"), **found)


def _files(values: dict[str, Any], path_of: Callable[[str], Path]) -> tuple[LogPart, ...]:
    files = values.get("files", [])
    if not isinstance(files, list) or not all(
        isinstance(one, dict) and isinstance(one.get("file"), str) for one in files
    ):
        raise ValueError("files must be a list of files with their offsets")
    if len(files) > MOST_FILES:
        raise ValueError(f"there are {len(files)} files, and at most {MOST_FILES} are replayed together")
    most = MOST_OFFSET_SECONDS
    offsets = [_number("offset", one, -most, most, 0.0) for one in files]
    return tuple(
        LogPart(path_of(one["file"]), round(offset * NS_PER_SECOND))
        for one, offset in zip(files, offsets, strict=True)
    )


def _speed(values: dict[str, Any]) -> float | None:
    if values.get("speed", 1.0) is None:
        return None
    return _number("speed", values, MIN_SPEED, MAX_SPEED, 1.0)


def _number(name: str, values: dict[str, Any], least: float, most: float, usual: float) -> float:
    value = values.get(name, usual)
    good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    if not good:
        raise ValueError(f"{name} is {value!r}, and can be {least:g} to {most:g}")
    return float(value)


def _text(name: str, values: dict[str, Any]) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")
    return value


def _truth(name: str, values: dict[str, Any]) -> bool:
    value = values.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value
