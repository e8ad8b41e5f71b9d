"""What sends: made by a factory known by name, so this room knows no transport."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from canmcast_gui.frames import FrameBatch, Source


class Sender(Protocol):
    """What the factory makes. Its methods raise an exception with a sentence where sending fails."""

    @property
    def addresses(self) -> tuple[Source, ...]:
        """Where its frames come from."""

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames, in order; returns how many.

        Raises ValueError with a sentence, before any has left, where one is not for this bus.
        """

    def encode(
        self, arbitration_id: int, flags: int, channel: Any, dlc: int, data: bytes, timestamp: float
    ) -> bytes:
        """The datagram of one frame; ``dlc`` in bytes. Raises ValueError with a sentence."""

    def send_datagram(self, datagram: bytes) -> None:
        """Send what encode() made."""

    def send_datagrams(self, datagrams: Sequence[bytes]) -> int:
        """Send what encode() made of several frames, in order, with as few calls as possible."""

    def encode_ahead(self, batch: FrameBatch) -> Any:
        """Encode frames before they are due, for send_encoded(). Raises ValueError with a sentence."""

    def send_encoded(self, encoded: Any, start: int, stop: int) -> int:
        """Send rows of what encode_ahead() returned, in order; returns how many."""


def make(factory: str, settings: dict[str, Any]) -> Any:
    """What the function "module:function" makes of plain settings."""
    return find(factory)(settings)


def find(factory: str) -> Callable[[dict[str, Any]], Any]:
    """The function "module:function"."""
    module, _, function = factory.partition(":")
    found: Callable[[dict[str, Any]], Any] = getattr(importlib.import_module(module), function)
    return found
