"""Sends frames on time through a process of its own, for a program that has other work to do."""

from __future__ import annotations

from contextlib import AbstractContextManager

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.client.parts import FuzzRuns, Jobs, Replays, Sequences
from canmcast_gui.transmit.commands import Flush, SendFrames, SetLateFrames, SetRateLimit, StopAll
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import (
    AddressChanged,
    Discarded,
    Flushed,
    FramesMissed,
    HeldBack,
    SendFailed,
    SendProgress,
    TransmitEvent,
)
from canmcast_gui.transmit.jobs.job import validate_frames
from canmcast_gui.transmit.sender import Settings

# Lost jobs that a message names.
_MAX_NAMES = 5
# A larger batch is sent in parts, so that commands that follow do not wait long.
_FRAMES_PER_MESSAGE = 4096
# Single frames that wait in the process at most: about a second of what a sender can send. Above that,
# send() waits, and raises TransmitError after PATIENCE_SECONDS.
_MAX_WAITING = 131_072
PATIENCE_SECONDS = 5.0


class Transmitter:
    """The client of the transmit process, which ends with this program.

    ``jobs``, ``replays``, ``sequences`` and ``fuzz`` send many frames, send() single ones. ``factory`` names
    what makes the sender ("module:function"), ``settings`` are plain values for it; ``receiver_factory``
    names what makes a receiver from the same settings, opened while something depends on received frames.

    The constructor returns when the sender is open; if it cannot be opened, it raises TransmitError and
    leaves nothing running. ``fileno()`` is readable when there are events, and poll() returns them; call
    supervise() a few times a second. For use in one thread. Also a context manager.
    """

    def __init__(self, factory: str, settings: Settings, receiver_factory: str = "") -> None:
        self._link = link = ClientLink(factory, settings, receiver_factory)
        self.jobs = Jobs(link)
        self.replays = Replays(link)
        self.sequences = Sequences(link)
        self.fuzz = FuzzRuns(link)
        link.dispatcher.add(SendFailed, link.add_event)
        link.dispatcher.add(HeldBack, link.add_event)
        link.dispatcher.add(FramesMissed, link.add_event)
        link.dispatcher.add(Discarded, link.add_event)
        link.dispatcher.add(AddressChanged, self._on_addresses)
        link.dispatcher.add(SendProgress, self._on_progress)
        link.dispatcher.add(Flushed, self._on_flushed)
        self._rate_limit: float | None = None
        self._catch_up = False
        self._flushed = 0
        self._sent_before_restart = self._sent_since = 0
        # Single frames given to this process, and those of them that were sent or dropped.
        self._given = self._done = 0
        #: The sources of its frames, ip and port: one for each interface, none for a driver. They change with
        #: a restart (see supervise()) and with AddressChanged.
        self.addresses = _addresses(link.process.ready_message)

    @property
    def pid(self) -> int | None:
        """The transmit process's id; None while none runs."""
        return self._link.process.pid

    @property
    def sent(self) -> int:
        """Frames sent, over all restarts, by the events read so far."""
        self._link.read()
        return self._sent_before_restart + self._sent_since

    # -- sending -----------------------------------------------------------------------------------------

    def send(self, batch: FrameBatch) -> None:
        """Send frames once, now, in order. Raises TransmitError, before any is sent, for a wrong one.

        If very many wait already because of a rate limit, it waits too, and raises TransmitError if none of
        them is sent.
        """
        validate_frames(batch)
        for start in range(0, len(batch), _FRAMES_PER_MESSAGE):
            part = batch[start : start + _FRAMES_PER_MESSAGE]
            self._wait_for_room()
            self._link.send(SendFrames(part))
            self._given += len(part)

    def _wait_for_room(self) -> None:
        if self._given - self._done <= _MAX_WAITING:
            return
        if not self._link.wait_until(lambda: self._given - self._done <= _MAX_WAITING, PATIENCE_SECONDS):
            raise TransmitError(
                f"Nothing more was sent: {self._given - self._done:,} frames wait to be sent already."
            )

    def flush(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until no single frame waits to be sent; whether none does.

        Until then they were sent, or dropped by stop_all().
        """
        token = self._link.next_number()
        self._link.send(Flush(token))
        return self._link.wait_until(lambda: self._flushed >= token, timeout)

    def together(self) -> AbstractContextManager[None]:
        """Send the commands inside as one: jobs that are armed inside are due together."""
        return self._link.together()

    def stop_all(self) -> None:
        """End everything that is being sent, and drop the single frames that wait (Discarded)."""
        self.jobs.stopped()
        self._link.send_if_running(StopAll())

    def set_rate_limit(self, frames_per_second: float | None) -> None:
        """Limit the number of frames per second, of all kinds together; None removes the limit.

        Frames of jobs above it are not sent, counted as late and reported (HeldBack); all others wait.
        """
        if frames_per_second is not None and frames_per_second <= 0:
            raise TransmitError(f"A limit of {frames_per_second:g} frames/s is not possible; choose more.")
        self._rate_limit = frames_per_second
        self._link.send_if_running(SetRateLimit(frames_per_second))

    def set_late_frames(self, catch_up: bool) -> None:
        """What becomes of periodic frames that are late by more than a period. At first they are left out.

        With ``catch_up`` those that a short stop of the computer delayed are sent at half the period. Both
        are counted in JobStatus. Holds for all jobs from now on.
        """
        self._catch_up = catch_up
        self._link.send_if_running(SetLateFrames(catch_up))

    # -- events ------------------------------------------------------------------------------------------

    def fileno(self) -> int:
        """A descriptor that is readable when there are events; the same one until shutdown()."""
        return self._link.process.wakeup.fileno()

    def poll(self) -> list[TransmitEvent]:
        """The events since the last call, oldest first."""
        return self._link.take_events()

    def _on_progress(self, progress: SendProgress) -> None:
        self._sent_since, self._done = progress.sent, progress.done

    def _on_flushed(self, event: Flushed) -> None:
        self._flushed = event.token

    def _on_addresses(self, event: AddressChanged) -> None:
        self.addresses = event.addresses
        self._link.add_event(event)

    # -- the process -------------------------------------------------------------------------------------

    def supervise(self) -> str | None:
        """Restart the process if it has ended; returns a sentence for the user if something changed.

        After a restart nothing is armed, and frames come from other ``addresses``.
        """
        self._link.read()
        process = self._link.process
        change = process.supervise()
        if process.channel is not None:
            process.channel.flush()
        if change is None:
            return None
        if change.ready is not None:
            self.addresses = _addresses(change.ready)
            self._link.send_if_running(SetRateLimit(self._rate_limit))
            self._link.send_if_running(SetLateFrames(self._catch_up))
            return change.sentence
        lost = self._forget_all()
        return change.sentence + (f" {_lost_text(lost)}" if lost else "")

    def _forget_all(self) -> list[str]:
        """Forget what the process was doing, because it has ended; returns the names of what is lost."""
        self._sent_before_restart, self._sent_since = self._sent_before_restart + self._sent_since, 0
        self._given = self._done = 0
        lost = self.jobs.forget() + (["the fuzz run"] if self.fuzz.running else [])
        for runs in (self.replays, self.sequences, self.fuzz):
            runs.forget()
        return lost

    def shutdown(self) -> None:
        """End the process, and sending with it; see flush(). Never raises."""
        self._link.read()
        self._link.process.end()

    def __enter__(self) -> Transmitter:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()


def _addresses(pairs: list[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """What the process reports when it is ready, which is JSON."""
    return tuple((ip, port) for ip, port in pairs)


def _lost_text(names: list[str]) -> str:
    """What was armed, as a sentence."""
    more = f" and {len(names) - _MAX_NAMES} more" if len(names) > _MAX_NAMES else ""
    return f"No longer being sent: {', '.join(names[:_MAX_NAMES])}{more}."
