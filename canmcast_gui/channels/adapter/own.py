"""Own frames that a driver returns without a mark, as if another node had sent them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

import can

# A frame that has not been returned for this long was lost, or the driver does not return it.
_LIFE_SECONDS = 1.0
# Different frames that are expected, at most; those that were lost are forgotten then.
_MOST_FRAMES = 4096

_Key = tuple[int, bool, bool, bytes]


class ReturnedFrames:
    """Recognizes own frames among those received, by id and payload. May be used by two threads.

    Another node may send an equal frame at the same moment. Then one of the two is marked, and it does not
    matter which.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._expected: dict[_Key, deque[float]] = {}

    def __len__(self) -> int:
        """The number of different frames that are expected."""
        return len(self._expected)

    def expect(self, message: can.Message) -> None:
        """Note a frame just before it is sent."""
        now = self._clock()
        with self._lock:
            if len(self._expected) >= _MOST_FRAMES:
                self._forget_before(now - _LIFE_SECONDS)
            self._expected.setdefault(_key(message), deque(maxlen=_MOST_FRAMES)).append(now)

    def forget(self, message: can.Message) -> None:
        """Do not expect a frame any more: it was not sent."""
        with self._lock:
            self._take(_key(message), newest=True)

    def take(self, message: can.Message) -> bool:
        """Whether a received frame is an own one, which is then no longer expected."""
        if not self._expected:
            return False
        oldest = self._clock() - _LIFE_SECONDS
        key = _key(message)
        with self._lock:
            while (sent := self._take(key)) is not None:
                if sent >= oldest:
                    return True
        return False

    def _take(self, key: _Key, newest: bool = False) -> float | None:
        times = self._expected.get(key)
        if times is None:
            return None
        taken = times.pop() if newest else times.popleft()
        if not times:
            del self._expected[key]
        return taken

    def _forget_before(self, time_: float) -> None:
        old = [key for key, times in self._expected.items() if times[-1] < time_]
        for key in old or list(self._expected)[:1]:
            del self._expected[key]


def _key(message: can.Message) -> _Key:
    return message.arbitration_id, message.is_extended_id, message.is_remote_frame, bytes(message.data or b"")
