"""The replay: log files or the trace, sent again by the transmit process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from msgspec import structs
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.event_loop import DisplayClock
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.tasks import TaskPool
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.replay_source import ReplaySource
from canmcast_gui.app.transmit.transmit_link import NO_BUS, SWITCHED_OFF, RunControl, TransmitLink
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError, NameLookup, compile_filter
from canmcast_gui.recording import Recording
from canmcast_gui.recording.reading import ROWS_FACTORY
from canmcast_gui.transmit import ReplayOptions, Replays, ReplayStatus, TransmitEvent
from canmcast_gui.transmit.conditions import MaskedId, masked_ids
from canmcast_gui.transmit.replay.options import ReplayPosition
from canmcast_gui.wording import counted

# The number of the replay in the transmit process: the program has one at a time.
REPLAY = 1
STOPPED = ReplayStatus(REPLAY, "stopped")
NO_SIGNALS = "a replay cannot filter by signals, only by id, name, data, channel, source and time"

NO_SOURCE = "Add a log file, or choose the trace, to replay it."


class ReplayControl(RunControl):
    """Controls the replay of ``source``.

    ``changed`` is emitted when anything shown has changed, ``moved`` when only the position has.
    ``status.state`` is "stopped", "playing", "paused" or "ended", and "waiting" until enough of the files is
    read for the requested range.
    """

    moved = Signal()

    def __init__(
        self,
        link: TransmitLink,
        document: Document,
        databases: DatabaseSet,
        tasks: TaskPool,
        messages: Messages,
        clock: DisplayClock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(link, parent)
        self.source = ReplaySource(document, tasks, self)
        self._databases = databases
        self._messages = messages
        self._position = ReplayPosition(STOPPED, 1.0)
        # Starts the replay when the files are read up to the end of its range.
        self._begin_later: Callable[[], None] | None = None
        self._range_end_seconds = 0.0
        self._pid: int | None = None
        self.source.closing.connect(self._on_closing)
        self.source.changed.connect(self._on_source_changed)
        self.source.failed.connect(self._on_source_failed)
        clock.tick.connect(self._on_tick)

    @property
    def status(self) -> ReplayStatus:
        """The last reported status."""
        return self._position.status

    @property
    def position_seconds(self) -> float:
        """The position in the recording now."""
        now_ns = self._position.at(time.monotonic_ns())
        if now_ns is None and self.running:
            now_ns = self.source.time_of(self.status.row)
        return min(self.source.seconds, self.source.seconds_at(now_ns))

    def check_filter(self, text: str) -> None:
        """Raise FilterError for a text that the replay cannot use as a filter."""
        recording = self.source.recording
        _check(text, self._databases.ids_named, recording, self._databases)

    # -- playing -----------------------------------------------------------------------------------------

    @property
    def obstacle(self) -> str:
        """Why nothing can be played: no bus, or no source to replay on it; "" if something can."""
        if not self.source.is_chosen:
            return NO_SOURCE
        return "" if self._link.is_open else NO_BUS

    @property
    def can_run(self) -> bool:
        """Whether there is a bus, and a source to replay on it."""
        return not self.obstacle

    @property
    def running(self) -> bool:
        """Whether there is a replay that can be paused, stepped or moved."""
        return self.status.state in ("playing", "paused", "ended")

    @property
    def under_way(self) -> bool:
        """Whether a replay has begun and not reached its end."""
        return self.status.state in ("playing", "paused")

    @property
    def waiting(self) -> bool:
        """Whether the replay begins as soon as enough is read."""
        return self.status.state == "waiting"

    def start(self, setup: ReplaySetup, paused: bool = False) -> None:
        """Begin at the start of the range; ``failed`` says why not.

        Raises TransmitError for a text of the setup that cannot be read.
        """
        options = setup.options(paused)
        from_seconds, to_seconds = setup.start, setup.stop or None
        obstacle = self._link.obstacle or (
            "" if self.source.is_chosen else "Choose log files or the trace first."
        )
        if obstacle:
            self.failed.emit(obstacle)
            return
        if to_seconds is not None and to_seconds <= from_seconds:
            self.failed.emit("The range holds no frame: its end must be after its start.")
            return
        self.source.read()
        if self.source.recording is None:
            return
        self._begin_later = lambda: self._begin(options, from_seconds, to_seconds)
        self._messages.end("replay")
        self._range_end_seconds = max(from_seconds, to_seconds or 0.0)
        self._position.status = structs.replace(STOPPED, state="waiting")
        self._begin_if_read()

    def _begin_if_read(self) -> None:
        """Begin if the files are read far enough to know the rows of the range."""
        if self._begin_later is None:
            return
        end = self._range_end_seconds
        if not end or not self.source.loading or self.source.seconds > end:
            begin, self._begin_later = self._begin_later, None
            begin()
        else:
            self.changed.emit()

    def _begin(self, options: ReplayOptions, from_seconds: float, to_seconds: float | None) -> None:
        source, client = self.source, self._link.client
        self._position.status = STOPPED
        if client is None or source.recording is None:
            self.changed.emit()
            return
        end_row = source.end_row if source.is_trace else None
        if to_seconds is not None:
            end_row = source.row_at(to_seconds)
        options = replace(
            options,
            first_row=source.row_at(from_seconds) if from_seconds else source.first_row,
            end_row=end_row,
            start_ns=source.recording.start_ns if source.frames else None,
        )
        try:
            options = with_lookups(options, source.recording, self._databases)
            client.replays.start(REPLAY, ROWS_FACTORY, {"folder": str(source.recording.folder)}, options)
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self._pid = client.pid
            status = ReplayStatus(REPLAY, "paused" if options.paused else "playing", options.first_row)
            self._position = ReplayPosition(status, options.speed)
            self._report_growth()
        self.changed.emit()

    def pause(self) -> None:
        """Pause, or resume."""
        if self.status.state == "playing":
            self._control(lambda replays: replays.pause(REPLAY))
        else:
            self._control(lambda replays: replays.play(REPLAY))

    def step(self) -> None:
        """Send one frame; a replay that is playing is paused first."""
        if self.status.state == "playing":
            self._control(lambda replays: replays.pause(REPLAY))
        self._control(lambda replays: replays.step(REPLAY))

    def seek(self, seconds: float) -> None:
        """Move to a time since the start of the recording."""
        self._control(lambda replays: replays.seek(REPLAY, self.source.row_at(seconds)))

    def set_speed(self, speed: float | None) -> None:
        """Change the speed while the replay is running."""
        self._control(lambda replays: replays.set_speed(REPLAY, speed))
        self._position.speed = speed

    def stop(self) -> None:
        """End the replay."""
        self._begin_later = None
        if self._link.client is not None:
            self._link.client.replays.stop(REPLAY)
        if self.status.state != "stopped":
            self._position.status = structs.replace(self.status, state="stopped")
            self.changed.emit()

    def close(self) -> None:
        """Stop, and release the source."""
        self.source.close()

    def _control(self, action: Callable[[Replays], None]) -> None:
        if self._link.client is not None and self.running:
            if not self._link.switch.on:
                self.failed.emit(SWITCHED_OFF)
                return
            action(self._link.client.replays)

    # -- events ------------------------------------------------------------------------------------------

    def _on_closing(self) -> None:
        """Reset the counts: they belong to the source that is closed."""
        self.stop()
        self._position.status = STOPPED

    def _on_source_changed(self) -> None:
        self._begin_if_read()
        self._report_growth()
        self.changed.emit()

    def _on_source_failed(self, message: str) -> None:
        self.stop()
        self.failed.emit(message)

    def _on_tick(self) -> None:
        if self.source.loading:
            self._begin_if_read()
            self._report_growth()
            self.changed.emit()
        elif self.status.state == "playing":
            self.moved.emit()

    def _report_growth(self) -> None:
        """Tell the transmit process how many rows are read."""
        client = self._link.client
        if client is not None and self.source.recording is not None and REPLAY in client.replays.running:
            client.replays.grow(REPLAY, self.source.end_row, not self.source.loading)

    def _on_events(self, events: list[TransmitEvent]) -> None:
        for event in events:
            if isinstance(event, ReplayStatus) and event.number == REPLAY and self.running:
                state = "stopped" if event.state == "failed" else event.state
                self._position.update(structs.replace(event, state=state), time.monotonic_ns())
                self.changed.emit()

    def _on_link_changed(self) -> None:
        """Stop without a bus; report an interrupted replay if the transmit process was restarted."""
        client = self._link.client
        if self.status.state != "stopped" and client is None:
            self.stop()
        elif self.running and client is not None and client.pid != self._pid:
            where = f"{self.position_seconds:,.1f} s, after {counted(self.status.sent, 'frame')}"
            self._position.status = structs.replace(self.status, state="stopped")
            message = f"The replay of {self.source.name} was interrupted at {where}."
            self._messages.warning(message, "replay")
            self.failed.emit(f"{message} Play starts it again.")
        self.changed.emit()


def _check(text: str, names: NameLookup, recording: Recording | None, databases: DatabaseSet) -> None:
    """Raise FilterError for a mistake, and for signals, which the transmit process does not have here."""
    sources, channels = (recording.sources, recording.channels) if recording else (None, {})
    try:
        compile_filter(text, names=names, sources=sources, channels=channels)
    except FilterError as error:
        compile_filter(
            text,
            names=names,
            sources=sources,
            signals=databases.reader,
            choices=databases.choices,
            vocabulary=databases.vocabulary,
            channels=channels,
        )
        raise FilterError(NO_SIGNALS, error.position) from None


def with_lookups(options: ReplayOptions, recording: Recording, databases: DatabaseSet) -> ReplayOptions:
    """The options with what their filter needs: ids of names, the sources and channel names of the recording.

    Raises FilterError, also for a filter that uses signals.
    """
    ids: dict[str, tuple[MaskedId, ...]] = {}

    def look_up(pattern: str) -> tuple[MaskedId, ...]:
        ids[pattern] = masked_ids(databases.ids_named(pattern))
        return ids[pattern]

    _check(options.filter, look_up, recording, databases)
    sources = tuple((source.address, source.port) for source in list(recording.sources)[1:])
    channels = tuple(recording.channels.items())
    return replace(options, names=tuple(ids.items()), sources=sources, channel_names=channels)
