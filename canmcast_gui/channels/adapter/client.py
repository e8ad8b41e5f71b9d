"""The program's side of a channel that python-can opens."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from canmcast_gui.channels.adapter.port import PortAddress
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.capture.ring import RECORDS

_MODULE = "canmcast_gui.channels.adapter.process"
# A process that posts nothing for this long waits for a driver that does not answer.
HANGS_SECONDS = 5.0


class AdapterCapture(ProcessCapture):
    """A channel whose driver is in a separate process, which takes frames to send at ``address``.

    A process whose driver hangs is killed and started again. Raises BusError if the channel cannot be opened.
    """

    def __init__(
        self,
        settings: ChannelSettings,
        records: int = RECORDS,
        patient: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.channel = settings
        self._port = PortAddress()
        self.address = self._port.text
        self._clock = clock
        self._posts, self._posted_at = 0, clock()
        try:
            arguments = [json.dumps(settings.to_dict()), self.address]
            name = f"driver of the channel {settings.title}"
            super().__init__(_MODULE, arguments, records, name, patient)
        except BaseException:
            self._port.close()
            raise

    def supervise(self) -> str | None:
        """Restart the process if it has ended or hangs; returns a sentence for the user if so."""
        hangs = self._hangs()
        if hangs:
            self._process.kill()
        sentence = super().supervise()
        if hangs and sentence:
            return f"The driver of the channel {self.channel.title} does not answer; it is started again."
        return sentence

    def _hangs(self) -> bool:
        now, posts = self._clock(), self.posts
        if posts != self._posts or not self.is_running:
            self._posts, self._posted_at = posts, now
        return now - self._posted_at > HANGS_SECONDS

    def shutdown(self) -> None:
        """End the process, at the latest after half a second, and free what it used. Never raises."""
        super().shutdown()
        self._port.close()
