"""How long the capture process pauses between two reads of the socket.

A wake-up costs as much as receiving about 50 frames, so frames collect during a pause. But the receive buffer
must not fill in that time, also when the system wakes the process late. So dense traffic makes pauses short:
a pause ends when a quarter of the buffer has filled at the rate of the last read; the rest of the buffer is
for late wake-ups.

What was tried with the usual buffer, 100,000 frames/s and a program that computes beside, all with real-time
priority: pauses of fixed length lost 0.1 to 9 %, at 18 % of a core; a quarter of the buffer lost none, at a
quarter of a core; an eighth of it took a third of a core and lost no less; poll() instead of pauses took half
a core, and staying awake a whole one, which a process with that priority must not do. SO_BUSY_POLL needs a
privilege, and waits for a network card, not for a socket.
"""

from __future__ import annotations

# A usual datagram takes 832 bytes of Linux's receive buffer, so that the usual buffer of 212,992 bytes holds
# 256.
DATAGRAM_BYTES = 832
# The share of the buffer that may fill during a pause.
SHARE = 4
# While traffic is rare a pause is as long as the buffer takes to fill at this rate, because the next moment
# may be dense: 1.5 times that of the fastest stock sender. For the usual buffer that is 2.1 ms.
FASTEST_FRAMES_PER_SECOND = 120_000
LONGEST_SECONDS = 0.004
# Not 0, because this process may have priority over all others, which must also run.
SHORTEST_SECONDS = 0.0001
# The first pause after silence is shorter, because nothing is known about what begins.
SILENCE_SECONDS = 0.01
FIRST_SHARE = 4
# Bursts that a sender makes are followed by short pauses: a pause grows by this factor at most.
GROWTH = 1.5


class Pacing:
    """Computes pauses from what was read; ``buffer_bytes`` is the size of the receive buffer. No clock.

    No pause is longer than ``longest`` seconds.
    """

    def __init__(self, buffer_bytes: int, longest: float = LONGEST_SECONDS) -> None:
        datagrams = buffer_bytes / DATAGRAM_BYTES
        self._longest = min(datagrams / FASTEST_FRAMES_PER_SECOND, longest)
        self._wanted = datagrams / SHARE
        self._pause = self._longest
        self._read_at = 0.0

    def pause(self, datagrams: int, now: float) -> float:
        """How long to pause after a read of this number of datagrams at this time, in seconds."""
        elapsed = now - self._read_at
        self._read_at = now
        longest = self._longest
        if elapsed > SILENCE_SECONDS:
            longest /= FIRST_SHARE
        elif datagrams:
            longest = min(longest, self._pause * GROWTH, self._wanted * elapsed / datagrams)
        self._pause = max(longest, SHORTEST_SECONDS)
        return self._pause
