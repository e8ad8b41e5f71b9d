"""A process of ours that is started again when it ends, more and more patiently while it keeps ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from canmcast_gui.processes.channel import Channel
from canmcast_gui.processes.launcher import ChildError, ChildProcess, cannot_start
from canmcast_gui.processes.wakeup import create_wakeup

START_SECONDS = 10.0
# For a last look at the socket; a process that is stopped or hangs is not waited for any longer.
END_SECONDS = 0.5

# The first restart comes at once; each further one waits twice as long, so that what cannot start (an
# interface that has gone) costs next to nothing and still comes back within ten seconds when it can.
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 10.0
HEALTHY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Change:
    """What supervise() noticed. ``ready`` is the new process's first word where it has begun to work."""

    sentence: str
    ready: Any = None


class SupervisedProcess:
    """Starts ``module``, watches it, restarts it. ``wakeup`` stays the same over all restarts.

    The constructor waits until the process is ready, and raises ChildError, leaving nothing behind, where
    that fails; ``first_word`` is what it said. Everything after that is done by supervise(), without
    waiting.
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        inherit: Sequence[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        try:
            self.wakeup = create_wakeup()
        except OSError as error:
            raise cannot_start(name, error) from error
        self._module = module
        self._arguments = [self.wakeup.to_text(), *arguments]
        bell = self.wakeup.inherited()
        self._inherit = [*inherit, *([] if bell is None else [bell])]
        self._clock = clock
        self._failures = 0
        self._next_start = 0.0
        self._said = ""
        self._started = 0.0
        self._ready = False
        self._child: ChildProcess | None = None
        try:
            self.first_word = self._start().wait_until_ready(START_SECONDS)
        except BaseException:
            self.end()
            raise
        self._ready = True

    @property
    def pid(self) -> int | None:
        """The process's id; None while none runs."""
        return self._child.pid if self._child else None

    @property
    def channel(self) -> Channel | None:
        """The channel to a process that is ready; None while there is none."""
        return self._child.channel if self._child and self._ready else None

    def supervise(self) -> Change | None:
        """Notice an end, start again, notice that work has begun. To be called a few times a second."""
        if self._child is None:
            return self._start_again() if self._clock() >= self._next_start else None
        return self._look_at_running(self._child) if self._ready else self._look_at_starting(self._child)

    def stop(self) -> None:
        """End the process; nothing is started any more, but what it left can be read. Never raises."""
        self._forget_child(END_SECONDS)
        self._next_start = float("inf")

    def end(self) -> None:
        """Stop, and close the bell. Never raises."""
        self.stop()
        self.wakeup.close()

    def _look_at_running(self, child: ChildProcess) -> Change | None:
        if child.running():
            return None
        if self._clock() - self._started > HEALTHY_SECONDS:
            self._failures = 0
        return self._ended(child.how_it_ended())

    def _look_at_starting(self, child: ChildProcess) -> Change | None:
        try:
            word = child.heard()
            if word is None and self._clock() - self._started > START_SECONDS:
                raise ChildError(f"The {self.name} has not become ready within {START_SECONDS:g} s.")
        except ChildError as error:
            return self._ended(str(error))
        if word is None:
            return None
        self._ready = True
        self._said = ""
        return Change(f"The {self.name} works again.", word)

    def _ended(self, sentence: str) -> Change | None:
        """Plan the next start, the first one at once; says each sentence once, however often it is tried."""
        self._forget_child()
        wait = FIRST_WAIT_SECONDS * 2 ** min(self._failures - 1, 10) if self._failures else 0.0
        self._failures += 1
        self._next_start = self._clock() + min(wait, LONGEST_WAIT_SECONDS)
        if wait == 0.0:
            self._start_again()
        if sentence == self._said:
            return None
        self._said = sentence
        return Change(f"{sentence.removesuffix('.')}. The {self.name} is started again.")

    def _start_again(self) -> Change | None:
        try:
            self._start()
        except ChildError as error:
            return self._ended(str(error))
        return None

    def _start(self) -> ChildProcess:
        self._started = self._clock()
        self._child = ChildProcess(self.name, self._module, self._arguments, self._inherit)
        return self._child

    def _forget_child(self, patience: float = 0.0) -> None:
        child, self._child = self._child, None
        self._ready = False
        if child is not None:
            child.end(patience)
