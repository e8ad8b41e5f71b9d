"""One fuzz run: what has really left and when, and the frame of somebody else that answers it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.transmit.replay.replay import Replay

# Frames that are told with an answer: which of them caused it, nobody knows.
BEFORE_FRAMES = 50
# Pieces that are kept to find those: some leave between an answer's arrival and its being heard.
_KEPT_PIECES = 512


@dataclass(frozen=True, slots=True)
class Answer:
    """The frame that answered (a batch of one), the last frames that had left before it, and how many left
    after it came until it was heard."""

    frame: FrameBatch
    before: FrameBatch
    after: int


class FuzzRun:
    """Its frames, by the replay that sends them, and what became of them. ``sent`` have really left."""

    def __init__(self, replay: Replay, stop_at: Filter | None, told: bool, wait_ns: int) -> None:
        """``told`` is whether the client is told every frame that leaves; an answer comes at most ``wait_ns``
        after the last frame."""
        self.replay = replay
        self.told = told
        self.sent = 0
        self.answered = False
        self._stop_at = stop_at
        self._wait_ns = wait_ns
        self._last_ns = 0
        self._pieces: deque[FrameBatch] = deque(maxlen=_KEPT_PIECES)

    @property
    def state(self) -> str:
        """That of the replay; "answered" while it stands still because of an answer."""
        return "answered" if self.answered else self.replay.state

    def note_sent(self, batch: FrameBatch, time_ns: int, now_ns: int) -> FrameBatch:
        """Frames began to leave at ``time_ns`` since the epoch; they are given back with that time."""
        self._last_ns = now_ns
        records = batch.records.copy()
        records["timestamp_ns"] = time_ns
        records["flags"] |= np.uint16(Flag.TX)
        piece = FrameBatch(records, batch.heap).compact()
        self._pieces.append(piece)
        self.sent += len(piece)
        return piece

    def listening(self, now_ns: int) -> bool:
        """Whether it needs to hear others: an answer counts, or can count later."""
        return self._stop_at is not None and (self.replay.state != "ended" or self._may_answer(now_ns))

    def _may_answer(self, now_ns: int) -> bool:
        """Whether what is heard now can be an answer, instead of traffic long after the last frame."""
        return self.replay.state == "playing" or now_ns - self._last_ns <= self._wait_ns

    def hear(self, batch: FrameBatch, now_ns: int) -> Answer | None:
        """Frames of others; the first one that the run was to stop at makes it stand still."""
        if self._stop_at is None or self.answered or not self.sent or not len(batch):
            return None
        if not self._may_answer(now_ns):
            return None
        found = np.flatnonzero(self._stop_at.mask(batch))
        if not len(found):
            return None
        self.replay.pause(now_ns)
        self.answered = True
        return self._answer(batch[found[:1]].compact())

    def _answer(self, frame: FrameBatch) -> Answer:
        sent = FrameBatch.concatenate(list(self._pieces)) if self._pieces else FrameBatch.empty()
        earlier = sent.timestamp_ns <= frame.timestamp_ns[0]
        before = sent[earlier][-BEFORE_FRAMES:]
        return Answer(frame, before.compact(), len(sent) - int(earlier.sum()))

    def go_on(self) -> None:
        """Answers count again."""
        self.answered = False
