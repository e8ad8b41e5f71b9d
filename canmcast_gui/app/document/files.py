"""Between files and recordings: what a background task does to load, save or export one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.app.program.messages import Level
from canmcast_gui.app.program.tasks import Report
from canmcast_gui.database import DatabaseSet
from canmcast_gui.database.export import Heading, Rows, between, evenly, rows_of, save_table, signals_in
from canmcast_gui.database.problems import TableError
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, LogPart, open_reader
from canmcast_gui.logfile.problems import Finding, Missing, unread_summary
from canmcast_gui.logfile.reading import FrameReader, Reader
from canmcast_gui.logfile.reading.checks import TimeOrder
from canmcast_gui.logfile.reading.several import SeveralReader
from canmcast_gui.logfile.writing.losses import losses_message
from canmcast_gui.logfile.writing.writer import Writer, oldest_of, write_file
from canmcast_gui.recording import Recording
from canmcast_gui.wording import counted

# Small enough for the first screenful and the first progress to come at once, and for a quick cancel.
LOAD_FRAMES = 4096
SAVE_ROWS = 16_384


@dataclass(frozen=True)
class OpenedFile:
    """A file that was read, the name and title of its format, and its size in bytes."""

    path: Path
    format: str
    title: str
    size: int

    @classmethod
    def of(cls, reader: FrameReader) -> OpenedFile:
        """The file of a reader."""
        return cls(reader.path, reader.format.name, reader.format.title, reader.size)


@dataclass(frozen=True)
class Opened:
    """The result of reading a file: ``frames`` were read, ``skipped`` entries were not.

    ``missing`` is what damaged parts of the file contained. ``findings`` are what looks suspicious, with rows
    of the recording; their sentences are the first of ``problems``.
    """

    skipped: int
    problems: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    remarks: tuple[str, ...] = ()
    frames: int = 0
    missing: Missing = field(default_factory=Missing)
    findings: tuple[Finding, ...] = ()
    files: tuple[OpenedFile, ...] = ()

    @property
    def more_problems(self) -> int:
        """How many of the skipped entries no sentence mentions."""
        listed = len(self.problems) - len(self.findings)
        return max(0, self.skipped - listed) if listed else 0

    def summary(self, name: str) -> str:
        """One sentence about the problems of the file called ``name``; "" where there are none."""
        if not self.problems:
            return ""
        loaded = f"{counted(self.frames, 'frame')} loaded from {name}"
        if self.skipped:
            loaded = unread_summary(name, self.frames, self.skipped, self.missing)
        return f"{'; '.join([loaded, *(finding.sentence for finding in self.findings)])}."


@dataclass(frozen=True)
class Saved:
    """The result of writing a file. ``title`` is that of the format.

    ``marks_left_out`` marks have no place in the format; ``lost`` has all kinds of data that it cannot hold,
    with their counts.
    """

    frames: int
    marks_left_out: int = 0
    title: str = ""
    lost: tuple[str, ...] = ()

    def message(self, path: Path) -> tuple[Level, str]:
        """The level and text of a message: a warning where marks are not in the file."""
        lost = losses_message(self.title, self.lost)
        text = f"{counted(self.frames, 'frame')} saved to {path}."
        return "warning" if self.marks_left_out else "info", f"{text} {lost}." if lost else text


def load(parts: Sequence[LogPart], align: bool, target: Recording, report: Report) -> Opened:
    """Read one file, or several on one time line, into a recording. Raises FileError, RecordingError."""
    reader = open_reader(parts, "together" if align else "times", LOAD_FRAMES)
    time_order = TimeOrder()
    for batch in reader:
        target.append(batch)
        time_order.add(batch)
        if not report(reader.progress):
            break
    target.channels.change(reader.channel_names)
    if len(target):
        last = target.end_row - 1
        target.marks.extend(mark._replace(row=min(mark.row, last)) for mark in reader.marks)
    marks = tuple(target.marks)
    findings = list(reader.findings)
    problems = list(reader.problems)
    if time_order.message:
        findings.append(Finding(time_order.message, time_order.first_row))
        problems.insert(len(findings) - 1, time_order.message)
    return Opened(
        reader.skipped,
        tuple(problems),
        marks,
        tuple(reader.renumbered),
        len(target),
        reader.missing,
        tuple(_in_recording(finding, target) for finding in findings),
        tuple(map(OpenedFile.of, reader.readers if isinstance(reader, SeveralReader) else _single(reader))),
    )


def _single(reader: Reader) -> list[FrameReader]:
    return [reader] if isinstance(reader, FrameReader) else []


def _in_recording(finding: Finding, target: Recording) -> Finding:
    """A finding with the row of its frame in the recording; frames at the end may be left out there."""
    if finding.row is None or not len(target):
        return finding._replace(row=None)
    return finding._replace(row=min(target.first_row + finding.row, target.end_row - 1))


def save(
    path: Path,
    recording: Recording,
    rows: range,
    condition: Filter | None,
    format: str | None,
    report: Report,
) -> Saved:
    """Write rows of a recording with their marks, or those that match a filter; all or nothing.

    Writes nothing when canceled. Raises FileError.
    """

    def fill(writer: Writer) -> None:
        taken = 0
        writer.name_channels(recording.channels)
        for start, batch, passed in _pieces(recording, rows, condition):
            stop = start + len(batch)
            for mark in recording.marks.between(start, stop):
                writer.write_mark(mark._replace(row=taken + int(passed[: mark.row - start].sum())))
            kept = batch if condition is None else batch[passed]
            writer.write(kept)
            taken += len(kept)
            if not report((stop - rows.start) / len(rows)):
                writer.abort()
                return

    def oldest_ns() -> int | None:
        return oldest_of(batch[passed] for _, batch, passed in _pieces(recording, rows, condition))

    writer = write_file(path, format, fill, oldest_ns)
    return Saved(writer.frames, writer.marks_left_out, writer.format.title, tuple(writer.lost))


def _pieces(
    recording: Recording, rows: range, condition: Filter | None
) -> Iterator[tuple[int, FrameBatch, npt.NDArray[np.bool_]]]:
    """Rows of a recording in pieces: the first row, the frames, and which of them match the filter."""
    for start in range(rows.start, rows.stop, SAVE_ROWS):
        batch = recording.rows(start, min(start + SAVE_ROWS, rows.stop))
        yield start, batch, np.ones(len(batch), dtype=bool) if condition is None else condition.mask(batch)


def fail(error: Exception, _report: Report) -> None:
    """A task that could not begin."""
    raise error


def name_of(parts: Sequence[LogPart]) -> Path:
    """A path for messages about the file, or all the files together."""
    if not parts:
        raise FileError("no file was chosen")
    first = parts[0].path
    return first if len(parts) == 1 else first.with_name(f"{first.name} and {len(parts) - 1} more")


ALWAYS_NS = (-(1 << 62), 1 << 62)


@dataclass(frozen=True)
class SignalExport:
    """The part of a recording to export: signals "Message.Signal", and a span of time with both ends.

    Without signals, all that occur in the recording are exported. Samples have the times of their frames or,
    with ``every_ns``, equal distances.
    """

    signals: tuple[str, ...]
    span_ns: tuple[int, int] = ALWAYS_NS
    every_ns: int | None = None


def export_signals(
    recording: Recording, databases: DatabaseSet, wanted: SignalExport, path: Path, report: Report
) -> int:
    """Write the table; returns how many rows. Raises TableError, or DatabaseError for an unknown signal."""
    names = wanted.signals or signals_in((block for _, block in recording.blocks()), databases.message)
    if not names:
        raise TableError("There is nothing to export: no loaded database describes a frame of the recording.")
    headings = [Heading(name, databases.signal(name).unit) for name in names]
    first, stop = recording.first_row, recording.end_row
    done = first

    def rows() -> Iterator[Rows]:
        nonlocal done
        for row, batch in recording.blocks(first, stop):
            found = rows_of(batch, databases.decode_rows, names, recording.start_ns)
            done = row + len(batch)
            yield between(found, *wanted.span_ns)

    portions = rows() if wanted.every_ns is None else evenly(rows(), wanted.every_ns)
    count = save_table(path, headings, portions, lambda: report((done - first) / max(stop - first, 1)))
    if not count:
        raise TableError("There is nothing to export: no frame there carries these signals.")
    return count
