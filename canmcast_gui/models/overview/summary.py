"""The summary of an opened file: the parts of its header line, and all of its properties."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.document.files import Opened
from canmcast_gui.app.document.overview import Overview
from canmcast_gui.app.document.timeline import Kinds
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.columns import channel_text
from canmcast_gui.models.overview.times import date_text, duration_text
from canmcast_gui.wording import counted, size_text

# Loads of more channels than these are summed up by the highest.
MOST_LOADS = 2


@dataclass(frozen=True)
class FileSummary:
    """Texts about a file; "" for what is not known yet. ``rates`` names the assumed bit rates."""

    name: str
    format: str
    date: str
    duration: str
    frames: str
    channels: str
    load: str
    problems: str
    rates: str
    properties: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """The parts in a line each, for a tool tip."""
        parts = (self.name, self.format, self.date, self.duration, self.frames, self.channels, self.load)
        return "\n".join(filter(None, (*parts, self.problems)))


def summarize(
    document: Document, overview: Overview, bitrate: int, data_bitrate: int, rates: str
) -> FileSummary | None:
    """The summary of the opened file, as far as it is known; None for frames from a bus."""
    if document.file_path is None:
        return None
    spread, opened = overview.spread, document.opened
    kinds = overview.contents.channels if overview.is_complete else {}
    seconds = spread.span_ns / NS_PER_SECOND
    loads = {
        channel: kinds[channel].load(seconds, bitrate, data_bitrate) for channel in sorted(kinds) if seconds
    }
    paths = document.paths
    names = ", ".join(path.name for path in paths)
    name = names if len(paths) == 1 else f"{len(paths)} files: {names}"
    frames = counted(len(document.recording), "frame")
    return FileSummary(
        name=name,
        format=_formats(opened),
        date=date_text(spread.first_ns).partition(".")[0],
        duration=duration_text(spread.span_ns) if len(document.recording) else "",
        frames=frames if document.loading is None else f"{frames} so far",
        channels=_channels(kinds),
        load=_load_text(list(loads.values())),
        problems=_problems(opened),
        rates=rates,
        properties=tuple(_properties(document, overview, kinds, loads, rates)),
    )


def _formats(opened: Opened | None) -> str:
    if opened is None:
        return ""
    return ", ".join(dict.fromkeys(file.title for file in opened.files))


def _channels(kinds: dict[int, Kinds]) -> str:
    known = [channel for channel in kinds if channel]
    return counted(len(known), "channel") if known else ""


def _load_text(loads: list[float]) -> str:
    if not loads or max(loads) == 0:
        return ""
    if len(loads) > MOST_LOADS:
        return f"mean load up to {_percent(max(loads))}"
    return f"mean load {' / '.join(map(_percent, loads))}"


def _percent(load: float) -> str:
    return f"{load * 100:.1f} %" if 0 < load < 0.1 else f"{load * 100:.0f} %"


def _problems(opened: Opened | None) -> str:
    if opened is None or not opened.problems:
        return ""
    return counted(len(opened.findings) + opened.skipped, "problem")


def _properties(
    document: Document, overview: Overview, kinds: dict[int, Kinds], loads: dict[int, float], rates: str
) -> list[tuple[str, str]]:
    spread, opened, names = overview.spread, document.opened, document.recording.channels
    rows = []
    for file in opened.files if opened else ():
        rows.append(("File", str(file.path)))
        rows.append(("Format, size", f"{file.title}, {size_text(file.size)}"))
    if date_text(spread.first_ns):
        rows.append(("First frame", date_text(spread.first_ns)))
        rows.append(("Last frame", date_text(spread.last_ns)))
    if len(document.recording):
        rows.append(
            ("Duration", f"{spread.span_ns / NS_PER_SECOND:,.3f} s ({duration_text(spread.span_ns)})")
        )
        rows.append(("Frames", f"{len(document.recording):,}"))
    if spread.span_ns:
        mean = len(document.recording) * NS_PER_SECOND / spread.span_ns
        rows.append(("Mean rate", f"{mean:,.1f} frames/s"))
    if kinds:
        rows += _kind_rows(Kinds.total(kinds.values()))
    for channel, found in sorted(kinds.items()):
        load = f", mean load {_percent(loads[channel])}" if channel in loads else ""
        title = f"Channel {channel_text(channel, names)}" if channel else "Unknown channel"
        rows.append((title, f"{counted(found.frames, 'frame')}{load}"))
    if loads:
        rows.append(("Loads are for", f"{rates}, including stuff bits"))
    rows.append(("Marks", f"{len(document.recording.marks):,}"))
    rows.append(("Problems", _problems(opened) or "none"))
    return rows


def _kind_rows(total: Kinds) -> list[tuple[str, str]]:
    rows = (
        ("CAN FD frames", total.fd),
        ("Extended IDs", total.extended),
        ("Remote frames", total.remote),
        ("Error frames", total.errors),
        ("Sent frames (Tx)", total.sent),
    )
    return [(title, f"{count:,}") for title, count in rows if count]
