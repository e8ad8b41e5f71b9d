"""The connection to the transmit process: sends commands, and dispatches what comes back."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from canmcast_gui.processes.channel import Channel, wait_for
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.processes.supervised import SupervisedProcess
from canmcast_gui.transmit.commands import Command
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import ProcessEvent, SendFailed, TransmitEvent
from canmcast_gui.transmit.messages import Dispatcher, MessageEncoder, MessageError
from canmcast_gui.transmit.sender import Settings

_MODULE = "canmcast_gui.transmit.process"

# Bytes that the process has not read yet: about 100,000 frames. Above that, sending waits.
_MAX_PENDING = 1 << 22
_PATIENCE_SECONDS = 5.0
# Events that the program does not take: the newest ones are kept.
_MAX_EVENTS = 4096


class ClientLink:
    """Starts the process, sends commands to it and reads its events.

    The parts of the client (jobs, replays, sequences, fuzz runs) share one link. Each adds the methods that
    handle its events to ``dispatcher``; they append what the program is to see to ``events``.
    """

    def __init__(self, factory: str, settings: Settings, receiver_factory: str = "") -> None:
        self.events: list[TransmitEvent] = []
        #: Calls the handler of each event; an event that the program sees needs none but ``events``.
        self.dispatcher = Dispatcher(ProcessEvent)
        self._encoder = MessageEncoder()
        self._numbers = itertools.count(1)
        # Commands that together() collects, None outside of it.
        self._collected: list[Command] | None = None
        try:
            arguments = [factory, json.dumps(dict(settings)), receiver_factory]
            self.process = SupervisedProcess("transmit process", _MODULE, arguments)
        except ChildError as error:
            raise TransmitError(str(error)) from error

    def next_number(self) -> int:
        """A number that no other command of this program has."""
        return next(self._numbers)

    # -- commands ----------------------------------------------------------------------------------------

    @contextmanager
    def together(self) -> Iterator[None]:
        """Send the commands inside as one message: jobs that are armed inside are due together."""
        collected: list[Command] = []
        self._collected = collected
        try:
            yield
        finally:
            self._collected = None
        if collected:
            self._send(collected)

    def wait_until(self, done: Callable[[], bool], timeout: float) -> bool:
        """Read events until ``done``; False if that takes too long, or the process has ended."""
        end = time.monotonic() + timeout
        while not done():
            channel = self.process.channel
            if channel is None or channel.closed:
                return False
            channel.flush()
            left = end - time.monotonic()
            if left <= 0:
                return False
            wait_for(channel.fileno(), min(left, 0.1))
            self.read()
        return True

    def send(self, command: Command) -> None:
        """Send a command. Raises TransmitError if there is no process, or it does not read."""
        self._require_process()
        if self._collected is not None:
            self._collected.append(command)
        else:
            self._send([command])

    def _require_process(self) -> Channel:
        channel = self.process.channel
        if channel is None or channel.closed:
            raise TransmitError("Nothing was sent: the transmit process has ended and is being restarted.")
        return channel

    def _send(self, commands: list[Command]) -> None:
        channel = self._require_process()
        if channel.pending > _MAX_PENDING and not channel.flush(_PATIENCE_SECONDS):
            raise TransmitError(
                f"Nothing was sent: the transmit process has not responded for {_PATIENCE_SECONDS:g} s."
            )
        try:
            message = self._encoder.encode(commands)
        except MessageError as error:
            raise TransmitError(f"Nothing was sent: {error}.") from error
        channel.send(message)

    def send_if_running(self, command: Command) -> None:
        """Send a command that has no meaning for a process that has ended."""
        channel = self.process.channel
        if self._collected is not None:
            self._collected.append(command)
        elif channel is not None:
            channel.send(self._encoder.encode([command]))

    # -- events ------------------------------------------------------------------------------------------

    def add_event(self, event: TransmitEvent) -> None:
        """Add what the program is to see."""
        self.events.append(event)

    def take_events(self) -> list[TransmitEvent]:
        """The events since the last call, oldest first. Commands that wait for the connection are sent."""
        if self.process.channel is not None:
            self.process.channel.flush()
        self.process.wakeup.clear()
        self.read()
        events, self.events = self.events, []
        return events

    def read(self) -> None:
        """Handle the messages of the process. The wake-up stays set until take_events()."""
        channel = self.process.channel
        for message in channel.receive() if channel is not None else []:
            try:
                self.dispatcher.dispatch(message)
            except MessageError as error:
                self.events.append(SendFailed(f"The transmit process was not understood: {error}."))
        del self.events[:-_MAX_EVENTS]
