"""What sends and receives for the transmit process, and how many frames may be sent now.

Sender and receiver are made by functions that are given by name, so that this package is independent of any
transport.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from canmcast_gui.frames import FrameBatch, Source

# What a factory gets: plain values that can be sent to another process as JSON.
Settings = Mapping[str, Any]

# The part of a second's frames that may be sent at once: what the jobs of one millisecond need when they are
# due together.
BURST_SECONDS = 0.02


class Sender(Protocol):
    """What a sender's factory makes. If sending fails, its methods raise an exception with a sentence.

    What encode_ahead() returns is the sender's own; only send_encoded() uses it.
    """

    @property
    def addresses(self) -> tuple[Source, ...]:
        """The sources of its frames."""

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames, in order; returns their number.

        Raises ValueError with a sentence, before any is sent, if one is not possible on this bus.
        """

    def encode(
        self, arbitration_id: int, flags: int, channel: int | None, dlc: int, data: bytes, timestamp: float
    ) -> bytes:
        """The datagram of one frame; ``dlc`` in bytes. Raises ValueError with a sentence."""

    def send_datagram(self, datagram: bytes) -> None:
        """Send what encode() made."""

    def send_datagrams(self, datagrams: Sequence[bytes]) -> int:
        """Send what encode() made of several frames, in order, with as few system calls as possible."""

    def encode_ahead(self, batch: FrameBatch) -> object:
        """Encode frames before they are due. Raises ValueError with a sentence."""

    def send_encoded(self, encoded: object, start: int, stop: int) -> int:
        """Send rows of what encode_ahead() returned, in order; returns their number."""

    def close(self) -> None:
        """Stop sending."""


class RateLimit:
    """How many frames may be sent at ``rate`` frames per second; None means without limit. No clock.

    Everything that is sent asks this one first, and skips or keeps what is not allowed, so that the loop
    never waits for it. The limit of a bus (``Pace`` in the transport) is below it: it makes the sender wait.
    What is unused is kept for BURST_SECONDS. All times are int nanoseconds.
    """

    def __init__(self, rate: float | None = None) -> None:
        self.rate = rate
        self._left = 1.0
        self._at_ns = 0

    def allowed(self, wanted: int, now_ns: int) -> int:
        """How many of ``wanted`` frames may be sent now; they count as sent."""
        if self.rate is None:
            return wanted
        burst = max(1.0, self.rate * BURST_SECONDS)
        self._left = min(burst, self._left + (now_ns - self._at_ns) * self.rate / 1e9)
        self._at_ns = now_ns
        taken = min(wanted, int(self._left))
        self._left -= taken
        return taken

    def give_back(self, frames: int) -> None:
        """Some allowed frames were not sent."""
        self._left += frames

    def next_ns(self, now_ns: int) -> int:
        """When the next frame may be sent."""
        if self.rate is None:
            return now_ns
        left = min(1.0, self._left + (now_ns - self._at_ns) * self.rate / 1e9)
        return now_ns + round((1.0 - left) * 1e9 / self.rate)
