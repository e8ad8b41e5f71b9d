"""The settings of a fuzz run, as users make them and workspaces store them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal, get_args

import numpy as np
from msgspec import Meta

from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.row import Load, RowError, TransmitRow
from canmcast_gui.channels.settings import MOST_CHANNELS
from canmcast_gui.database import DatabaseSet, Message, Signal
from canmcast_gui.frames import MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.text import id_text
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.frames.wire_bits import wire_bits
from canmcast_gui.transmit import FuzzOptions, TransmitError
from canmcast_gui.transmit.fuzz.options import (
    MAX_RATE,
    MIN_RATE,
    parse_byte_ranges,
    parse_data,
    parse_id_ranges,
    parse_lengths,
    period_of,
)
from canmcast_gui.transmit.fuzz.rows import FuzzRows

# The highest values of the fields.
MAX_COUNT = 2_000_000_000
MAX_SEED = 2_000_000_000
# Longer texts were not typed.
MAX_TEXT = 20_000
# Frames from which the mean length of random frames is computed.
_SAMPLE_FRAMES = 200

# The kinds of frames, as in FuzzOptions.
Kind = Literal["classic", "fd", "brs", "remote"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_Text = Annotated[str, Meta(max_length=MAX_TEXT)]


@dataclass(frozen=True)
class FuzzSetup:
    """The settings of a fuzz run, as texts that users type (see transmit/fuzz/text.py) and as numbers.

    ``lengths`` is empty for all; ``kinds`` are those of FuzzOptions; ``rate`` is in frames/s; ``count`` is 0
    for no limit; ``stop_at`` is a filter; ``log`` is the file for the frames that were sent. ``channel`` is
    the number of the channel that they are sent on, 0 the first one.
    """

    omit_defaults: ClassVar[bool] = True

    ids: _Text = "000..7FF"
    kinds: tuple[Kind, ...] = ("classic",)
    lengths: _Text = ""
    data: _Text = ""
    mask: _Text = ""
    ranges: _Text = ""
    seed: Annotated[int, Meta(ge=0, le=MAX_SEED)] = 0
    rate: Annotated[float, Meta(ge=MIN_RATE, le=MAX_RATE)] = 100.0
    count: Annotated[int, Meta(ge=0, le=MAX_COUNT)] = 1000
    stop_at: _Text = ""
    log: Path | None = None
    channel: Annotated[int, Meta(ge=0, le=MOST_CHANNELS)] = 0

    @property
    def is_empty(self) -> bool:
        """Whether a user would not miss it."""
        return self == FuzzSetup()

    def options(self, first_channel: int = 1) -> FuzzOptions:
        """What the transmit process needs. Raises TransmitError for the first wrong value."""
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
            channel=self.channel or first_channel,
        ).validated()

    def problems(self) -> dict[str, str]:
        """A message for each field with a wrong value, by its name."""
        valid = FuzzSetup(kinds=KINDS)
        found: dict[str, str] = {}
        for name in ("ids", "lengths", "data", "ranges"):
            alone = {name: getattr(self, name)} | ({"mask": self.mask} if name == "data" else {})
            found |= _problem(name, replace(valid, **alone))
        if not self.kinds:
            found["kinds"] = "Choose at least one kind of frames."
        elif "lengths" not in found:
            found |= _problem("lengths", replace(valid, kinds=self.kinds, lengths=self.lengths))
        if "data" in found and self.mask.strip() and not _problem("data", replace(valid, mask=self.mask)):
            found["data"] += " With random bits set, data has no x."
        return found


def _problem(name: str, setup: FuzzSetup) -> dict[str, str]:
    try:
        setup.options()
    except TransmitError as error:
        return {name: str(error)}
    return {}


def setup_of_row(setup: FuzzSetup, row: TransmitRow) -> FuzzSetup:
    """The setup for frames with the id, kind, length and data of a row, and all bits random."""
    if row.flags & Flag.ERROR:
        raise RowError("An error frame has no bits that can be random: choose another row.")
    kind: Kind = (
        "remote" if row.is_remote else "brs" if row.flags & Flag.BRS else "fd" if row.is_fd else "classic"
    )
    return replace(
        setup,
        channel=row.channel,
        ids=id_text(row.arbitration_id, row.extended),
        kinds=(kind,),
        lengths=str(len(row.data)),
        data="" if row.is_remote else _hex(row.data),
        mask="" if row.is_remote else _hex(b"\xff" * len(row.data)),
        ranges="",
    )


def message_of(setup: FuzzSetup, databases: DatabaseSet) -> Message | None:
    """The message of the id, if it is only one: its signals can be chosen."""
    try:
        ids = parse_id_ranges(setup.ids)
    except TransmitError:
        return None
    if len(ids) != 1 or ids[0][0] != ids[0][1]:
        return None
    return databases.message(ids[0][0], ids[0][2])


def with_signal(setup: FuzzSetup, message: Message, signal: Signal | None) -> FuzzSetup:
    """The setup with the bits of a signal random and all others fixed; None makes all bits random.

    Raises TransmitError if the frame is too short for the signal.
    """
    base, _mask = parse_data(setup.data, setup.mask)
    lengths = parse_lengths(setup.lengths) if setup.lengths.strip() else (0, message.length)
    size = lengths[1]
    payload = bytearray(size)
    if signal is None:
        payload[:] = b"\xff" * size
    else:
        field = field_of(signal)
        if field.bytes_needed > lengths[0] and setup.lengths.strip():
            raise TransmitError(f"{signal.name} needs {field.bytes_needed} bytes: make the frame longer.")
        field.put(payload, (1 << field.length) - 1)
    return replace(
        setup,
        lengths=setup.lengths if setup.lengths.strip() else str(size),
        data=_hex(base[:size].ljust(size, b"\0")),
        mask=_hex(bytes(payload)),
    )


def rows_of(frames: FrameBatch) -> list[TransmitRow]:
    """Transmit rows for frames."""
    rows = []
    for index in range(len(frames)):
        flags = int(frames.flags[index]) & ~int(Flag.TX)
        data = bytes(int(frames.dlc[index])) if flags & Flag.REMOTE else frames.payload(index)
        rows.append(TransmitRow(arbitration_id=int(frames.arbitration_id[index]), flags=flags, data=data))
    return rows


def _hex(data: bytes) -> str:
    return data.hex(" ").upper()


def load_of_run(options: FuzzOptions, bitrate: int, data_bitrate: int) -> Load:
    """The load of a fuzz run, by its first frames. Raises TransmitError for options that are not possible."""
    arbitration, data = wire_bits(FuzzRows(options).rows(0, _SAMPLE_FRAMES))
    seconds = float(np.mean(arbitration / bitrate + data / data_bitrate))
    rate = NS_PER_SECOND / options.period_ns
    return Load(rate, seconds * rate)
