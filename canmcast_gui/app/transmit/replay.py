"""The replay of the window: what is replayed is sent by the transmit process, and how it goes is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.replay_source import ReplaySource
from canmcast_gui.app.transmit.switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.filters.nodes import MatchedId
from canmcast_gui.recording import Recording
from canmcast_gui.recording.reading import ROWS_FACTORY
from canmcast_gui.transmit import ReplayOptions, Replays, ReplayStatus, TransmitError
from canmcast_gui.transmit.replay.position import ReplayPlace
from canmcast_gui.wording import counted

NO_BUS = "Connect to a bus first (F5): without one nothing can be replayed."
# The window has one replay; the number is for the transmit process.
REPLAY = 1
STOPPED = ReplayStatus(REPLAY, "stopped", 0, 0, 0, 0, 0, None)


class ReplayControl(QObject):
    """How the replay of ``source`` goes.

    ``changed`` says that anything shown is different, ``moved`` that only its place in time is; ``failed``
    carries a sentence. ``status.state`` is "stopped", "playing", "paused" or "ended", and "waiting" while so
    much of the files must be read as the wanted range needs.
    """

    changed = Signal()
    moved = Signal()
    failed = Signal(str)

    def __init__(self, session: Session, switch: TransmitSwitch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._switch = switch
        self.source = ReplaySource(session, self)
        self._place = ReplayPlace(STOPPED, 1.0)
        self._wanted: Callable[[], None] | None = None
        self._enough_seconds = 0.0
        self._pid: int | None = None
        self.source.closing.connect(self._on_closing)
        self.source.changed.connect(self._on_source)
        self.source.failed.connect(self._on_unread)
        session.bus.transmit_events.connect(self._on_news)
        session.state_changed.connect(self._on_state)
        session.message.connect(lambda *_: self._on_state())
        session.clock.tick.connect(self._on_tick)
        switch.changed.connect(lambda on: None if on else self.stop())

    @property
    def status(self) -> ReplayStatus:
        """How it is doing, as far as was heard."""
        return self._place.status

    @property
    def position_seconds(self) -> float:
        """Where in the recording it is now."""
        now_ns = self._place.at(time.monotonic_ns())
        if now_ns is None and self.running:
            now_ns = self.source.time_of(self.status.row)
        return min(self.source.seconds, self.source.seconds_at(now_ns))

    # -- playing -----------------------------------------------------------------------------------------

    @property
    def can_play(self) -> bool:
        """Whether there is a bus, and something to replay on it."""
        return self._session.bus.transmitter is not None and self.source.is_chosen

    @property
    def running(self) -> bool:
        """Whether there is one that can be paused, stepped or moved."""
        return self.status.state in ("playing", "paused", "ended")

    @property
    def under_way(self) -> bool:
        """Whether one is between its beginning and its end."""
        return self.status.state in ("playing", "paused")

    @property
    def waiting(self) -> bool:
        """Whether one begins as soon as enough was read."""
        return self.status.state == "waiting"

    def start(
        self, options: ReplayOptions, from_seconds: float = 0.0, to_seconds: float | None = None
    ) -> None:
        """Begin from the beginning of the range; ``failed`` says why not."""
        if self._session.bus.transmitter is None or not self.source.is_chosen or not self._switch.on:
            self.failed.emit(self._in_the_way())
            return
        if to_seconds is not None and to_seconds <= from_seconds:
            self.failed.emit("The range holds no frame: its end must lie behind its beginning.")
            return
        self.source.read()
        if self.source.recording is None:
            return
        self._wanted = lambda: self._begin(options, from_seconds, to_seconds)
        self._session.topic_ended.emit("replay")
        self._enough_seconds = max(from_seconds, to_seconds or 0.0)
        self._place.status = replace(STOPPED, state="waiting")
        self._begin_if_enough()

    def _begin_if_enough(self) -> None:
        """Which rows a range of time is, is known when the files have been read that far."""
        if self._wanted is None:
            return
        if not self._enough_seconds or not self.source.loading or self.source.seconds > self._enough_seconds:
            wanted, self._wanted = self._wanted, None
            wanted()
        else:
            self.changed.emit()

    def _begin(self, options: ReplayOptions, from_seconds: float, to_seconds: float | None) -> None:
        source, transmitter = self.source, self._session.bus.transmitter
        self._place.status = STOPPED
        if transmitter is None or source.recording is None:
            self.changed.emit()
            return
        end_row = source.end_row if source.is_trace else None
        if to_seconds is not None:
            end_row = source.row_at(to_seconds)
        wanted = replace(
            options,
            first_row=source.row_at(from_seconds) if from_seconds else source.first_row,
            end_row=end_row,
            start_ns=source.recording.start_ns if source.frames else None,
        )
        try:
            wanted = with_lookups(wanted, source.recording, self._session.databases)
            transmitter.replays.start(REPLAY, ROWS_FACTORY, {"folder": str(source.recording.folder)}, wanted)
        except UserError as error:
            self.failed.emit(str(error))
        else:
            self._pid = transmitter.pid
            state = "paused" if options.paused else "playing"
            self._place = ReplayPlace(replace(STOPPED, state=state, row=wanted.first_row), options.speed)
            self._tell_growth()
        self.changed.emit()

    def _in_the_way(self) -> str:
        if not self._switch.on:
            return SWITCHED_OFF
        return NO_BUS if self._session.bus.transmitter is None else "Choose a recording first."

    def pause(self) -> None:
        """Pause, or go on."""
        if self.status.state == "playing":
            self._control(lambda replays: replays.pause(REPLAY))
        else:
            self._control(lambda replays: replays.play(REPLAY))

    def step(self) -> None:
        """Send one frame; a replay that plays is paused first."""
        if self.status.state == "playing":
            self._control(lambda replays: replays.pause(REPLAY))
        self._control(lambda replays: replays.step(REPLAY))

    def seek(self, seconds: float) -> None:
        """Go to a time since the beginning of the recording."""
        self._control(lambda replays: replays.seek(REPLAY, self.source.row_at(seconds)))

    def set_speed(self, speed: float | None) -> None:
        """Change the factor while it runs."""
        self._control(lambda replays: replays.set_speed(REPLAY, speed))
        self._place.speed = speed

    def stop(self) -> None:
        """End it."""
        self._wanted = None
        if self._session.bus.transmitter is not None:
            self._session.bus.transmitter.replays.stop(REPLAY)
        if self.status.state != "stopped":
            self._place.status = replace(self.status, state="stopped")
            self.changed.emit()

    def close(self) -> None:
        """Stop, and let go of what was chosen."""
        self.source.close()

    def _control(self, action: Callable[[Replays], None]) -> None:
        if self._session.bus.transmitter is not None and self.running:
            if not self._switch.on:
                self.failed.emit(SWITCHED_OFF)
                return
            action(self._session.bus.transmitter.replays)

    # -- hearing -----------------------------------------------------------------------------------------

    def _on_closing(self) -> None:
        """What was counted belongs to what was there."""
        self.stop()
        self._place.status = STOPPED

    def _on_source(self) -> None:
        self._begin_if_enough()
        self._tell_growth()
        self.changed.emit()

    def _on_unread(self, sentence: str) -> None:
        self.stop()
        self.failed.emit(sentence)

    def _on_tick(self) -> None:
        if self.source.loading:
            self._begin_if_enough()
            self._tell_growth()
            self.changed.emit()
        elif self.status.state == "playing":
            self.moved.emit()

    def _tell_growth(self) -> None:
        transmitter = self._session.bus.transmitter
        if (
            transmitter is not None
            and self.source.recording is not None
            and REPLAY in transmitter.replays.running
        ):
            transmitter.replays.grow(REPLAY, self.source.end_row, not self.source.loading)

    def _on_news(self, news: list[object]) -> None:
        for one in news:
            if isinstance(one, ReplayStatus) and one.number == REPLAY and self.running:
                state = "stopped" if one.state == "failed" else one.state
                self._place.hear(replace(one, state=state), time.monotonic_ns())
                self.changed.emit()

    def _on_state(self) -> None:
        """Without its bus, or after the transmit process was started again, nothing is being replayed."""
        transmitter = self._session.bus.transmitter
        if self.status.state != "stopped" and transmitter is None:
            self.stop()
        elif self.running and transmitter is not None and transmitter.pid != self._pid:
            where = f"{self.position_seconds:,.1f} s, after {counted(self.status.sent, 'frame')}"
            self._place.status = replace(self.status, state="stopped")
            sentence = f"The replay of {self.source.name} has broken off at {where}."
            self._session.say("replay", "warning", sentence)
            self.failed.emit(f"{sentence} Play begins it anew.")
        self.changed.emit()


NO_SIGNALS = "A replay's filter cannot ask for signals: choose by id, name, data, channel, source or time."


def with_lookups(options: ReplayOptions, recording: Recording, databases: DatabaseSet) -> ReplayOptions:
    """The options with what names and sources in their filter mean now.

    Raises FilterError, and TransmitError for a filter that asks for signals.
    """
    asked: dict[str, tuple[MatchedId, ...]] = {}

    def look_up(pattern: str) -> tuple[MatchedId, ...]:
        asked[pattern] = tuple(sorted(databases.ids_named(pattern)))
        return asked[pattern]

    try:
        compile_filter(options.filter, names=look_up, sources=recording.sources)
    except FilterError:
        compile_for(options.filter, recording, databases)  # says what is wrong, unless it asks for a signal
        raise TransmitError(NO_SIGNALS) from None
    sources = tuple((source.address, source.port) for source in list(recording.sources)[1:])
    return replace(options, names=tuple(asked.items()), sources=sources)
