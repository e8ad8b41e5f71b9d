"""Frames that the disk did not take, as messages for the user."""

from __future__ import annotations

import time

from canmcast_gui.app.program.messages import Messages
from canmcast_gui.wording import counted, were

# On a nearly full disk a small batch may fit where larger ones do not: storing has resumed after this time.
RESUMED_SECONDS = 2.0


class Refusals:
    """Reports once that frames are not stored, and once that storing has resumed; ``total`` counts them."""

    def __init__(self, messages: Messages, topic: str) -> None:
        self.total = 0
        self._messages = messages
        self._topic = topic
        self._missing = 0  # since the report
        self._last_at = 0.0

    def add(self, frames: int, reason: str) -> None:
        """Count frames that were not stored, for a reason that is a sentence."""
        if not self._missing:
            self._messages.error(reason, self._topic)
        self._last_at = time.monotonic()
        self._missing += frames
        self.total += frames

    def stored(self) -> None:
        """Take note that frames were stored."""
        if self._missing and time.monotonic() - self._last_at >= RESUMED_SECONDS:
            missing, self._missing = self._missing, 0
            lost = f"{counted(missing, 'frame')} {were(missing)} not recorded"
            self._messages.info(f"Recording continues. {lost}.", self._topic)
