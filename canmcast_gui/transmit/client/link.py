"""The client's end of the line to the transmit process: commands go out, and what comes back is sorted."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.child import ChildError
from canmcast_gui.processes.supervised import SupervisedProcess
from canmcast_gui.transmit import wire
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.news import TransmitNews

_MODULE = "canmcast_gui.transmit.process"

# Bytes that the process has not taken yet: some 100,000 frames. Beyond that, asking waits.
_MOST_PENDING = 1 << 22
_PATIENCE_SECONDS = 5.0
# News that nobody takes with poll(): the newest ones are kept.
_MOST_NEWS = 4096


class ClientLink:
    """Starts the process, says commands and hears news.

    What is said of one kind of thing (jobs, replays, sequences) is heard by the class for that kind, which
    puts its handler into ``_heard`` under the word's name.
    """

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        self._heard: dict[str, Callable[..., None]] = {wire.FLUSHED: self._on_flushed}
        self._news: list[TransmitNews] = []
        self._numbers = itertools.count(1)
        self._flushed = 0
        # Commands that together() collects, None outside of it.
        self._gathered: list[tuple[Any, ...]] | None = None
        try:
            arguments = [factory, json.dumps(settings), ears]
            self._process = SupervisedProcess("transmit process", _MODULE, arguments)
        except ChildError as error:
            raise TransmitError(str(error)) from error

    @property
    def pid(self) -> int | None:
        """The transmit process's id; None while none runs."""
        return self._process.pid

    def fileno(self) -> int:
        """A descriptor that is readable when there is news; the same one until shutdown()."""
        return self._process.wakeup.fileno()

    # -- asking ------------------------------------------------------------------------------------------

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is asked for inside is done as one: jobs that are armed here are due together."""
        gathered: list[tuple[Any, ...]] = []
        self._gathered = gathered
        try:
            yield
        finally:
            self._gathered = None
        if gathered:
            self._say(wire.TOGETHER, gathered)

    def flush(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until no single frame that was asked for waits; whether none does.

        They have left then, or stop_all() has dropped them.
        """
        token = next(self._numbers)
        self._say(wire.FLUSH, token)
        return self._wait_until(lambda: self._flushed >= token, timeout)

    def _wait_until(self, done: Callable[[], bool], timeout: float) -> bool:
        """Hear what the process says until ``done``; False where that takes too long, or it has ended."""
        end = time.monotonic() + timeout
        while not done():
            channel = self._process.channel
            if channel is None or channel.closed:
                return False
            channel.flush()
            left = end - time.monotonic()
            if left <= 0:
                return False
            wait_for(channel.fileno(), min(left, 0.1))
            self._read()
        return True

    def _say(self, *message: Any) -> None:
        """Say a command. Raises TransmitError where there is no process, or none that listens."""
        channel = self._process.channel
        if channel is None or channel.closed:
            raise TransmitError(
                "Nothing was sent: the transmit process has ended and is being started again."
            )
        if self._gathered is not None:
            self._gathered.append(message)
            return
        if channel.pending > _MOST_PENDING and not channel.flush(_PATIENCE_SECONDS):
            raise TransmitError(
                f"Nothing was sent: the transmit process has not answered for {_PATIENCE_SECONDS:g} s."
            )
        channel.send(wire.pack(*message))

    def _say_if_running(self, *message: Any) -> None:
        """Say a command that a process that has ended need not hear any more."""
        channel = self._process.channel
        if self._gathered is not None:
            self._gathered.append(message)
        elif channel is not None:
            channel.send(wire.pack(*message))

    # -- hearing -----------------------------------------------------------------------------------------

    def poll(self) -> list[TransmitNews]:
        """The news that have come, oldest first."""
        self._process.wakeup.clear()
        self._read()
        news, self._news = self._news, []
        return news

    def _read(self) -> None:
        """Take in what the process has said. The bell stays as it is: only poll() hands the news out."""
        channel = self._process.channel
        for message in channel.receive() if channel is not None else []:
            word, *values = wire.unpack(message)
            self._heard[word](*values)
        del self._news[:-_MOST_NEWS]

    def _on_flushed(self, token: int) -> None:
        self._flushed = token

    def _forget_all(self) -> list[str]:
        """The process has ended, and with it all that it was doing; what to call what is lost."""
        return []
