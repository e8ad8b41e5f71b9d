"""Reads batches from a driver of python-can, one message after the other."""

from __future__ import annotations

import time
from contextlib import suppress

import can
from can.exceptions import CanOperationError

from canmcast_gui.channels.adapter.clock import ChannelClock, TimeSource
from canmcast_gui.channels.adapter.columns import MessageConverter
from canmcast_gui.channels.adapter.own import ReturnedFrames
from canmcast_gui.frames import FrameBatch

# How many frames are read before they are passed on.
MOST_FRAMES = 1024
# A driver with more frames than this program can read delivers forever: counters are posted in between.
MOST_SECONDS = 0.02
# How many errors that name no system error a driver may raise in a row, before it counts as failed: a driver
# that receives something it does not understand raises, and works again with the next frame.
MOST_ERRORS = 50
# A driver that does not wait although it was asked to must not take a whole core.
_SHORTEST_SECONDS = 0.001


class MessageReader:
    """Reads a bus with ``recv()``, and knows which of the frames are own ones.

    Errors of the driver are counted in ``errors``, and what it delivers that is not a frame in ``refused``.
    """

    def __init__(self, bus: can.BusABC, number: int, returned: ReturnedFrames) -> None:
        self.errors = 0
        self.errors_in_a_row = 0
        self.clock = ChannelClock()
        self._failure: Exception | None = None
        self._bus = bus
        self._returned = returned
        self._converter = MessageConverter(number, self.clock)

    @property
    def refused(self) -> int:
        """Messages that are not valid frames, and errors of the driver."""
        return self._converter.refused + self.errors

    @property
    def stamps_on_reading(self) -> bool:
        """Whether frames get the time at which they are read."""
        return self.clock.source is TimeSource.RECEPTION

    @property
    def times_text(self) -> str:
        """Where times come from, as a clause."""
        drift = self.clock.drift_ppm
        return self.clock.source.value + ("" if drift is None else f", drift {drift:+.1f} ppm")

    def read(self, timeout: float) -> FrameBatch:
        """The frames that wait; waits up to ``timeout`` seconds for the first.

        Raises what the driver raised when the device is gone; the frames before that are returned first.
        """
        started = time.monotonic()
        batch = self._converter.convert(self._messages(timeout), time.time_ns(), self._returned)
        if not len(batch):
            if self._failure is not None:
                raise self._failure
            if time.monotonic() - started < min(timeout, _SHORTEST_SECONDS):
                time.sleep(_SHORTEST_SECONDS)
        return batch

    def _messages(self, timeout: float) -> list[can.Message]:
        messages: list[can.Message] = []
        if self._failure is not None:
            return messages
        end, wait = time.monotonic() + timeout + MOST_SECONDS, timeout
        while len(messages) < MOST_FRAMES:
            message = self._receive(wait)
            if message is None:
                break
            messages.append(message)
            wait = 0.0
            if self.stamps_on_reading:
                break  # each frame gets the time at which it was read
            if not len(messages) % 64 and time.monotonic() > end:
                break
        return messages

    def _receive(self, timeout: float) -> can.Message | None:
        try:
            message = self._bus.recv(timeout)
        except Exception as error:  # noqa: BLE001 – drivers raise anything
            self.errors += 1
            self.errors_in_a_row += 1
            if is_of_system(error) or self.errors_in_a_row > MOST_ERRORS:
                self._failure = error
            if isinstance(error.__cause__, UnicodeDecodeError):
                self._drop_line()
            return None
        self.errors_in_a_row = 0
        return message

    def _drop_line(self) -> None:
        """Remove what the driver for slcan cannot decode: it would try the same bytes again and again."""
        flush = getattr(self._bus, "flush", None)
        if flush is not None:
            with suppress(Exception):
                flush()


def is_of_system(error: Exception) -> bool:
    """Whether an error comes from the system: the device is gone or down, and not only a frame strange."""
    if isinstance(error, OSError) or isinstance(error.__cause__, OSError):
        return True
    return isinstance(error, CanOperationError) and error.error_code is not None
