"""The connection to the transmit process: sends commands, and dispatches what comes back."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.processes.supervised import SupervisedProcess
from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import TransmitNews

_MODULE = "canmcast_gui.transmit.process"

# Bytes that the process has not taken yet: some 100,000 frames. Beyond that, asking waits.
_MOST_PENDING = 1 << 22
_PATIENCE_SECONDS = 5.0
# Events that the program does not take: the newest ones are kept.
_MAX_EVENTS = 4096


class ClientLink:
    """Starts the process, sends commands to it and reads its events.

    The parts of the client (jobs, replays, sequences, fuzz runs) share one link. Each registers the methods
    that handle its messages with handle(), and adds what the program is to see to ``events``.
    """

    def __init__(self, factory: str, settings: dict[str, Any], receiver_factory: str = "") -> None:
        self.events: list[TransmitNews] = []
        self._handlers: dict[str, Callable[..., None]] = {}
        self._numbers = itertools.count(1)
        # Commands that together() collects, None outside of it.
        self._collected: list[tuple[Any, ...]] | None = None
        try:
            arguments = [factory, json.dumps(settings), receiver_factory]
            self.process = SupervisedProcess("transmit process", _MODULE, arguments)
        except ChildError as error:
            raise TransmitError(str(error)) from error

    def handle(self, word: str, handler: Callable[..., None]) -> None:
        """Call ``handler`` with the values of each message that begins with ``word``."""
        self._handlers[word] = handler

    def next_number(self) -> int:
        """A number that no other command of this program has."""
        return next(self._numbers)

    # -- commands ----------------------------------------------------------------------------------------

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is asked for inside is done as one: jobs that are armed here are due together."""
        collected: list[tuple[Any, ...]] = []
        self._collected = collected
        try:
            yield
        finally:
            self._collected = None
        if collected:
            self.send(wire.TOGETHER, collected)

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

    def send(self, *message: Any) -> None:
        """Send a command. Raises TransmitError if there is no process, or it does not read."""
        channel = self.process.channel
        if channel is None or channel.closed:
            raise TransmitError(
                "Nothing was sent: the transmit process has ended and is being started again."
            )
        if self._collected is not None:
            self._collected.append(message)
            return
        if channel.pending > _MOST_PENDING and not channel.flush(_PATIENCE_SECONDS):
            raise TransmitError(
                f"Nothing was sent: the transmit process has not answered for {_PATIENCE_SECONDS:g} s."
            )
        channel.send(wire.pack(*message))

    def send_if_running(self, *message: Any) -> None:
        """Send a command that has no meaning for a process that has ended."""
        channel = self.process.channel
        if self._collected is not None:
            self._collected.append(message)
        elif channel is not None:
            channel.send(wire.pack(*message))

    # -- events ------------------------------------------------------------------------------------------

    def take_events(self) -> list[TransmitNews]:
        """The events since the last call, oldest first."""
        self.process.wakeup.clear()
        self.read()
        events, self.events = self.events, []
        return events

    def read(self) -> None:
        """Handle the messages of the process. The wake-up stays set until take_events()."""
        channel = self.process.channel
        for message in channel.receive() if channel is not None else []:
            word, *values = wire.unpack(message)
            self._handlers[word](*values)
        del self.events[:-_MAX_EVENTS]
