"""Single frames that were asked for and have not left yet, in their order, with the flush tokens between."""

from __future__ import annotations

from collections import deque

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.event_sender import Reporter
from canmcast_gui.transmit.sender import Sender

# Single frames that leave between two looks at the clock while jobs are armed: some 0.6 ms of a slow sender.
PORTION = 64
# Without jobs nobody waits for the clock, and a sender is quicker with many at once.
LARGE_PORTION = 1024


class Singles:
    """The queue of single frames. The client sees to it that not too many wait; see Transmitter.send()."""

    def __init__(self, sender: Sender, reporter: Reporter, budget: Budget) -> None:
        self._sender = sender
        self._reporter = reporter
        self._budget = budget
        self._waiting: deque[FrameBatch | int] = deque()

    def add(self, item: FrameBatch | int) -> None:
        """Frames to send, or a flush token that is told when all before it has left."""
        self._waiting.append(item)

    def drop(self) -> None:
        """Forget the frames that wait, and answer the tokens."""
        frames = 0
        for item in self._waiting:
            if isinstance(item, int):
                self._reporter.note_flushed(item)
            else:
                frames += len(item)
        self._waiting.clear()
        self._reporter.note_dropped(frames)

    def next_ns(self, now_ns: int) -> int | None:
        """When the next of them may leave; None where none waits."""
        return self._budget.next_ns(now_ns) if self._waiting else None

    def send_some(self, now_ns: int, others: bool) -> None:
        """Send a portion, a small one where ``others`` wait for the clock; answer tokens that are next."""
        if not self._waiting:
            return
        first = self._waiting.popleft()
        if isinstance(first, int):
            self._reporter.note_flushed(first)
            return
        portion = self._budget.allowed(min(len(first), PORTION if others else LARGE_PORTION), now_ns)
        if len(first) > portion:
            self._waiting.appendleft(first[portion:])
        if portion:
            self._send(first[:portion])
            self._reporter.note_done(portion)

    def _send(self, batch: FrameBatch) -> None:
        """Send frames together; where one of them is refused, each by itself."""
        try:
            self._reporter.note_sent(self._sender.send_batch(batch))
        except ValueError as error:
            if len(batch) == 1:
                self._reporter.note_failure(str(error))
            else:
                for row in range(len(batch)):
                    self._send(batch[row : row + 1])
        except Exception as error:  # noqa: BLE001 - whatever a sender raises, the jobs go on
            self._reporter.note_failure(str(error))
