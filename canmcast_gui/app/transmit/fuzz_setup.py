"""A fuzz run as a user set it up, in the texts that were typed: what workspaces remember of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import DatabaseSet, Message, Signal
from canmcast_gui.frames import MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.text import id_text
from canmcast_gui.transmit import FuzzOptions, TransmitError
from canmcast_gui.transmit.fuzz.options import KINDS, MAX_RATE, MIN_RATE, period_of
from canmcast_gui.transmit.fuzz.text import parse_byte_ranges, parse_data, parse_id_ranges, parse_lengths

# What number fields hold.
MOST_COUNT = 2_000_000_000
MOST_SEED = 2_000_000_000
# Longer texts are no work of a hand.
MOST_TEXT = 20_000
_TEXTS = ("ids", "lengths", "data", "mask", "ranges", "stop_at")


@dataclass(frozen=True)
class FuzzSetup:
    """Texts as fuzz/text.py reads them (``lengths`` empty: all), ``kinds`` as in FuzzOptions, ``rate`` in
    frames/s, ``count`` 0 for no end, ``stop_at`` the text of a filter, ``log`` the file for what has left.
    """

    ids: str = "000..7FF"
    kinds: tuple[str, ...] = ("classic",)
    lengths: str = ""
    data: str = ""
    mask: str = ""
    ranges: str = ""
    seed: int = 0
    rate: float = 100.0
    count: int = 1000
    stop_at: str = ""
    log: Path | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it whose loss a user would mind."""
        return self == FuzzSetup()

    def options(self) -> FuzzOptions:
        """What is to be sent. Raises TransmitError for the first thing that is wrong."""
        base, mask = parse_data(self.data, self.mask)
        return FuzzOptions(
            ids=parse_id_ranges(self.ids),
            lengths=parse_lengths(self.lengths) if self.lengths.strip() else (0, MAX_PAYLOAD),
            kinds=self.kinds,
            base=base,
            mask=mask,
            ranges=parse_byte_ranges(self.ranges),
            seed=self.seed,
            period_ns=period_of(self.rate),
            count=self.count or None,
        ).validated()

    def problems(self) -> dict[str, str]:
        """A sentence for each field that is wrong, by its name."""
        usual = FuzzSetup(kinds=tuple(KINDS))
        found = {}
        for name in ("ids", "lengths", "data", "ranges"):
            alone = {name: getattr(self, name)} | ({"mask": self.mask} if name == "data" else {})
            found |= _problem(name, replace(usual, **alone))
        if not self.kinds:
            found["kinds"] = "Choose at least one kind of frames."
        elif "lengths" not in found:
            found |= _problem("lengths", replace(usual, kinds=self.kinds, lengths=self.lengths))
        if "data" in found and self.mask.strip() and not _problem("data", replace(usual, mask=self.mask)):
            found["data"] += " Beside random bits there is no x."
        return found

    def to_dict(self, text_of: Callable[[Path], str]) -> dict[str, Any]:
        """What differs from the usual, as plain values; ``text_of`` says how a file is written."""
        usual = FuzzSetup()
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        values |= {"kinds": list(self.kinds), "log": None if self.log is None else text_of(self.log)}
        return {
            name: value
            for name, value in values.items()
            if getattr(self, name) != getattr(usual, name) and value is not None
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any], path_of: Callable[[str], Path]) -> FuzzSetup:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong.

        Texts may be half finished, as they were left; they are only not endless.
        """
        unknown = values.keys() - {one.name for one in fields(cls)}
        if unknown:
            raise ValueError(f"a fuzz run has no {sorted(unknown)[0]!r}")
        found: dict[str, Any] = {name: _text(name, values[name]) for name in _TEXTS if name in values}
        for name, low, high in (
            ("seed", 0, MOST_SEED),
            ("count", 0, MOST_COUNT),
            ("rate", MIN_RATE, MAX_RATE),
        ):
            if name in values:
                found[name] = _number(name, values[name], low, high)
        if "kinds" in values:
            found["kinds"] = _kinds(values["kinds"])
        if "log" in values:
            found["log"] = path_of(_text("log", values["log"]))
        return cls(**found)


def _problem(name: str, setup: FuzzSetup) -> dict[str, str]:
    try:
        setup.options()
    except TransmitError as error:
        return {name: str(error)}
    return {}


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise ValueError(f"{name} is no text of a usual length")
    return value


def _number(name: str, value: Any, low: float, high: float) -> int | float:
    kinds = (int, float) if name == "rate" else (int,)
    if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
        raise ValueError(f"{name} is {value!r} instead of a number from {low:g} to {high:g}")
    return value


def _kinds(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and one in KINDS for one in value):
        raise ValueError(f"kinds is {value!r} instead of a list out of {', '.join(KINDS)}")
    return tuple(dict.fromkeys(value))


def setup_of_row(setup: FuzzSetup, row: TransmitRow) -> FuzzSetup:
    """The run with a row's id, kind, length and data, all bits of it random."""
    if row.flags & Flag.ERROR:
        raise RowError("An error frame has nothing that could be random: choose another row.")
    kind = "remote" if row.is_remote else "brs" if row.flags & Flag.BRS else "fd" if row.is_fd else "classic"
    return replace(
        setup,
        ids=id_text(row.arbitration_id, row.extended),
        kinds=(kind,),
        lengths=str(len(row.data)),
        data="" if row.is_remote else _hex(row.data),
        mask="" if row.is_remote else _hex(b"\xff" * len(row.data)),
        ranges="",
    )


def message_of(setup: FuzzSetup, databases: DatabaseSet) -> Message | None:
    """The message whose signals can be chosen: that of the one id."""
    try:
        ids = parse_id_ranges(setup.ids)
    except TransmitError:
        return None
    if len(ids) != 1 or ids[0][0] != ids[0][1]:
        return None
    return databases.message(ids[0][0], ids[0][2])


def with_signal(setup: FuzzSetup, message: Message, signal: Signal | None) -> FuzzSetup:
    """The run with the bits of a signal random and all others fixed; None is all bits.

    Raises TransmitError where the frame is too short for it.
    """
    base, _mask = parse_data(setup.data, setup.mask)
    lengths = parse_lengths(setup.lengths) if setup.lengths.strip() else (0, message.length)
    size = lengths[1]
    payload = bytearray(size)
    if signal is None:
        payload[:] = b"\xff" * size
    else:
        place = field_of(signal)
        if place.bytes_needed > lengths[0] and setup.lengths.strip():
            raise TransmitError(
                f"{signal.name} needs {place.bytes_needed} bytes: let the frame have as many, or more."
            )
        place.put(payload, (1 << place.length) - 1)
    return replace(
        setup,
        lengths=setup.lengths if setup.lengths.strip() else str(size),
        data=_hex(base[:size].ljust(size, b"\0")),
        mask=_hex(bytes(payload)),
    )


def rows_of(frames: FrameBatch) -> list[TransmitRow]:
    """Frames as rows of the transmit list."""
    rows = []
    for place in range(len(frames)):
        flags = int(frames.flags[place]) & ~int(Flag.TX)
        size = int(frames.dlc[place]) if flags & Flag.REMOTE else 0
        data = bytes(size) if flags & Flag.REMOTE else frames.payload(place)
        rows.append(TransmitRow(arbitration_id=int(frames.arbitration_id[place]), flags=flags, data=data))
    return rows


def _hex(data: bytes) -> str:
    return data.hex(" ").upper()
