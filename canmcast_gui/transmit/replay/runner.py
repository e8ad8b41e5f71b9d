"""Runs replays of recordings in the transmit process."""

from __future__ import annotations

import time
from dataclasses import dataclass

from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transmit.commands import ControlReplay, GrowReplay, SeekReplay, SetReplaySpeed, StartReplay
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.event_sender import EventSender
from canmcast_gui.transmit.events import ReplayStatus
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.messages import Dispatcher
from canmcast_gui.transmit.replay.group import ReplayGroup
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.replay.replay import Replay
from canmcast_gui.transmit.sender import RateLimit, Sender

# How often the ids that other nodes send are updated.
LIVE_NS = 100_000_000


@dataclass(slots=True)
class _SkipsLive:
    """A replay that leaves out the ids that other nodes send, and when it updates them next."""

    options: ReplayOptions
    update_ns: int = 0


class ReplayRunner:
    """All replays, by the numbers that the client gave them."""

    def __init__(self, sender: Sender, events: EventSender, limit: RateLimit, listener: Listener) -> None:
        self._sender = sender
        self._events = events
        self._listener = listener
        self._group = ReplayGroup(
            events,
            limit,
            lambda _number, portion: sender.send_encoded(portion.encoded, portion.start, portion.stop),
            self._changed,
            self._failed,
        )
        self._skip_live: dict[int, _SkipsLive] = {}

    # -- commands ----------------------------------------------------------------------------------------

    def handle(self, dispatcher: Dispatcher) -> None:
        """Handle the commands for replays."""
        dispatcher.add(StartReplay, self._start)
        dispatcher.add(GrowReplay, self._grow)
        dispatcher.add(ControlReplay, self._control)
        dispatcher.add(SeekReplay, self._seek)
        dispatcher.add(SetReplaySpeed, self._set_speed)

    def _start(self, command: StartReplay) -> None:
        number = command.number
        try:
            options = command.options.validated()
            source = load_factory(command.factory)(command.settings)
            if options.skip_live:
                self._listener.open()
        except Exception as error:  # noqa: BLE001 - any error of a factory is the reason for the user
            self._failed(number, error)
            return
        self._forget(number)
        self._group.replays[number] = Replay(
            source, options, self._sender.encode_ahead, self._listener.first_channel
        )
        if options.skip_live:
            self._skip_live[number] = _SkipsLive(options)
        self._changed(number)

    def _grow(self, command: GrowReplay) -> None:
        replay = self._group.replays.get(command.number)
        if replay is not None:
            replay.grow(command.end_row, command.complete)

    def _control(self, command: ControlReplay) -> None:
        number = command.number
        if command.action == "play":
            self._group.control(number, Replay.play)
        elif command.action == "pause":
            self._group.control(number, Replay.pause)
        elif command.action == "step":
            self._group.step(number)
        else:
            self._forget(number)

    def _seek(self, command: SeekReplay) -> None:
        self._group.control(command.number, lambda replay, now_ns: replay.seek(command.row, now_ns))

    def _set_speed(self, command: SetReplaySpeed) -> None:
        self._group.control(command.number, lambda replay, now_ns: replay.set_speed(command.speed, now_ns))

    def stop_all(self) -> None:
        """End all replays, and report it."""
        for number, replay in list(self._group.replays.items()):
            replay.stop()
            self._changed(number)
            self._forget(number)

    def _forget(self, number: int) -> None:
        self._group.replays.pop(number, None)
        self._skip_live.pop(number, None)

    # -- time --------------------------------------------------------------------------------------------

    @property
    def is_playing(self) -> bool:
        """Whether any replay plays."""
        return self._group.is_playing

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is due; now if frames must be read first."""
        return self._group.next_due(now_ns)

    def prefetch(self, room_ns: int) -> bool:
        """Read and encode ahead if nothing is due for ``room_ns``; whether something was done."""
        return self._group.prefetch(room_ns)

    def send_due(self) -> None:
        """Send what is due."""
        if self._skip_live:
            self._update_live_ids(time.monotonic_ns())
        self._group.send_due()

    @property
    def needs_frames(self) -> bool:
        """Whether any replay depends on received frames."""
        return bool(self._skip_live)

    def _update_live_ids(self, now_ns: int) -> None:
        for number, skips in self._skip_live.items():
            replay = self._group.replays[number]
            if replay.state == "playing" and now_ns >= skips.update_ns:
                skips.update_ns = now_ns + LIVE_NS
                replay.leave_out(self._listener.live_ids(skips.options.live_seconds))

    # -- reporting ---------------------------------------------------------------------------------------

    def _changed(self, number: int) -> None:
        replay = self._group.replays[number]
        if replay.is_over and not replay.sent and replay.reason:
            self._events.failed(f"No frame of the replay was sent: {replay.reason}.")
        self._events.status_changed("replay", number, lambda: _status(number, replay), replay.is_over)

    def _failed(self, number: int, error: Exception) -> None:
        known = isinstance(error, TransmitError)
        self._events.failed(str(error) if known else f"The replay has ended: {error}.")
        failed = ReplayStatus(number, "failed")
        self._events.status_changed("replay", number, lambda: failed, urgent=True)
        self._forget(number)


def _status(number: int, replay: Replay) -> ReplayStatus:
    position_ns = replay.position_ns(time.monotonic_ns())
    return ReplayStatus(
        number, replay.state, replay.row, replay.sent, replay.skipped, replay.late, replay.loops, position_ns
    )
