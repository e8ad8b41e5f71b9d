"""A child process that is restarted when it ends, after longer and longer waits if it keeps ending."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from canmcast_gui.processes.channel import Channel
from canmcast_gui.processes.launcher import ChildError, ChildProcess, cannot_start
from canmcast_gui.processes.wakeup import create_wakeup

START_SECONDS = 10.0
# Enough for a last read of the socket. After that a process that is stopped or hangs is killed.
END_SECONDS = 0.5

# The first restart is immediate and each further one waits twice as long. So a process that cannot start (its
# interface was removed) costs little, and starts at most ten seconds after it can.
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 10.0
HEALTHY_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Change:
    """A change that supervise() found. ``ready`` is the ready message of a new process that has started."""

    sentence: str
    ready: Any = None


class SupervisedProcess:
    """Starts ``module``, supervises and restarts it. ``wakeup`` stays the same over all restarts.

    The constructor waits until the process is ready; ``ready_message`` is what it reported then. Raises
    ChildError if that fails, and then nothing is left running or open; one that is ``patient`` does not, but
    tries again as after an end later on. A process that is not ready within ``start_seconds``, usually
    START_SECONDS, has failed. All else is done by supervise(), which does not wait.
    """

    def __init__(
        self,
        name: str,
        module: str,
        arguments: Sequence[str],
        inherit: Sequence[int] = (),
        clock: Callable[[], float] = time.monotonic,
        patient: bool = False,
        start_seconds: float | None = None,
    ) -> None:
        self.name = name
        self.ready_message: Any = None
        try:
            self.wakeup = create_wakeup()
        except OSError as error:
            raise cannot_start(name, error) from error
        self._module = module
        self._start_seconds = START_SECONDS if start_seconds is None else start_seconds
        self._arguments = [self.wakeup.to_text(), *arguments]
        descriptor = self.wakeup.inherited()
        self._inherit = [*inherit, *([] if descriptor is None else [descriptor])]
        self._clock = clock
        self._failures = 0
        #: When the next start is due, by ``clock``; only used while no process runs.
        self.next_start = 0.0
        self._reported = ""
        self._started = 0.0
        self._ready = False
        self._has_run = False
        self._child: ChildProcess | None = None
        # What happened in the constructor, for the first supervise().
        self._first_change: Change | None = None
        try:
            self.ready_message = self._start().wait_until_ready(self._start_seconds)
        except BaseException as error:
            if not patient or not isinstance(error, ChildError):
                self.end()
                raise
            self._first_change = self._ended(str(error))
        else:
            self._ready = self._has_run = True

    @property
    def pid(self) -> int | None:
        """The id of the process; None while none runs."""
        return self._child.pid if self._child else None

    @property
    def channel(self) -> Channel | None:
        """The channel to a process that is ready; None while there is none."""
        return self._child.channel if self._child and self._ready else None

    @property
    def failure(self) -> str:
        """Why it does not run, as a sentence, while it has failed more than once or never run; else ""."""
        fails = self._child is None or self._failures > 1 or not self._has_run
        return self._reported if fails and not self._ready else ""

    def supervise(self) -> Change | None:
        """Detect an end, restart, detect that the new process is ready. Call this a few times a second."""
        if self._first_change is not None:
            change, self._first_change = self._first_change, None
            return change
        if self._child is None:
            return self._restart() if self._clock() >= self.next_start else None
        return self._check_running(self._child) if self._ready else self._check_starting(self._child)

    def kill(self) -> None:
        """Kill a process that hangs; supervise() then starts it again."""
        if self._child is not None:
            self._child.kill()

    def stop(self) -> None:
        """End the process without a restart. What it has written can still be read. Never raises."""
        self._end_child(END_SECONDS)
        self.next_start = float("inf")

    def end(self) -> None:
        """End the process and close the wake-up. Never raises."""
        self.stop()
        self.wakeup.close()

    def _check_running(self, child: ChildProcess) -> Change | None:
        if child.running():
            return None
        if self._clock() - self._started > HEALTHY_SECONDS:
            self._failures = 0
        return self._ended(child.how_it_ended())

    def _check_starting(self, child: ChildProcess) -> Change | None:
        try:
            message = child.ready_message()
            if message is None and self._clock() - self._started > self._start_seconds:
                raise ChildError(f"The {self.name} was not ready within {self._start_seconds:g} s.")
        except ChildError as error:
            return self._ended(str(error))
        if message is None:
            return None
        self._ready = self._has_run = True
        self._reported = ""
        return Change(f"The {self.name} is running again.", message)

    def _ended(self, sentence: str) -> Change | None:
        """Plan the next start, the first one at once. Reports a sentence once, not at each attempt."""
        self._end_child()
        sentence = sentence.removesuffix(".")
        wait = FIRST_WAIT_SECONDS * 2 ** min(self._failures - 1, 10) if self._failures else 0.0
        self._failures += 1
        self.next_start = self._clock() + min(wait, LONGEST_WAIT_SECONDS)
        if wait == 0.0:
            self._restart()
        if sentence == self._reported:
            return None
        self._reported = sentence
        return Change(f"{sentence}. The {self.name} is being restarted.")

    def _restart(self) -> Change | None:
        try:
            self._start()
        except ChildError as error:
            return self._ended(str(error))
        return None

    def _start(self) -> ChildProcess:
        self._started = self._clock()
        self._child = ChildProcess(self.name, self._module, self._arguments, self._inherit)
        return self._child

    def _end_child(self, timeout: float = 0.0) -> None:
        child, self._child = self._child, None
        self._ready = False
        if child is not None:
            child.end(timeout)
