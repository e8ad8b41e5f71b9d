"""The program's side of a gateway: starts its process, passes on rules, and reads counters."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Self

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.gateway.compiled import compile_rules
from canmcast_gui.gateway.counters import GatewayReport
from canmcast_gui.gateway.rules import RuleSet
from canmcast_gui.gateway.shared import Shared
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.processes.supervised import START_SECONDS, SupervisedProcess
from canmcast_gui.transport.errors import BusError

_MODULE = "canmcast_gui.gateway.process"
_STOP_SECONDS = 2.0
# It opens all channels, each of which may take as long as a process has to start.
_START_SECONDS = 3 * START_SECONDS


class Gateway:
    """A running gateway between channels. Call poll() a few times a second. Also a context manager.

    Raises RuleError for rules that these channels do not allow, BusError if a channel cannot be opened, and
    then leaves nothing running. Without rules it forwards everything in all directions. ``shared`` are the
    drivers that this program has open already (shared.py); the gateway opens all other channels itself.
    """

    def __init__(
        self,
        channels: Sequence[ChannelSettings],
        rules: RuleSet | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.channels = tuple(channels)
        self._rules = rules or RuleSet()
        if len(channels) < 2:
            raise BusError("a gateway connects at least two channels")
        compile_rules(self._rules, self.channels)
        self._generation = 0
        self._before = GatewayReport()
        self._current = GatewayReport()
        arguments = {
            "channels": [channel.to_dict() for channel in channels],
            "rules": self._rules.to_dict(),
            "shared": shared or {},
        }
        try:
            self._process = SupervisedProcess(
                "gateway process", _MODULE, [json.dumps(arguments)], start_seconds=_START_SECONDS
            )
        except ChildError as error:
            raise BusError(str(error)) from error

    @property
    def report(self) -> GatewayReport:
        """The counters of the rules, over all restarts, as of the last poll()."""
        return self._before.add(self._current) if self._current.rules else self._before

    def poll(self) -> list[str]:
        """Read what the process reports, and restart it if it has ended; returns sentences for the user."""
        notes = self._read()
        change = self._process.supervise()
        if change is not None:
            notes.append(change.sentence)
            if change.ready is not None:
                self._before, self._current = self.report, GatewayReport()
                if self._generation:
                    self._send_rules()
        return notes

    def _read(self) -> list[str]:
        notes: list[str] = []
        channel = self._process.channel
        for text in channel.receive() if channel is not None else ():
            message = json.loads(text)
            if "note" in message:
                notes.append(message["note"])
            elif message.get("generation") == self._generation and "report" in message:
                loop = self._current.loop
                self._current = GatewayReport.from_dict(message["report"])
                if self._current.loop and not loop:
                    notes.append(self._current.loop)
        return notes

    def replace_rules(self, rules: RuleSet) -> None:
        """Use other rules from now on, with new counters. Raises RuleError, and keeps the old ones."""
        compile_rules(rules, self.channels)
        self._rules = rules
        self._generation += 1
        self._before, self._current = GatewayReport(), GatewayReport()
        self._send_rules()

    def _send_rules(self) -> None:
        if self._process.channel is not None:
            message = {"rules": self._rules.to_dict(), "generation": self._generation}
            self._process.channel.send(json.dumps(message).encode())

    def stop(self) -> list[str]:
        """Forward what has arrived, and end: the counters are complete. Returns sentences for the user."""
        notes: list[str] = []
        channel = self._process.channel
        if channel is not None:
            channel.send(json.dumps({"stop": True}).encode())
            end = time.monotonic() + _STOP_SECONDS
            while not channel.closed and (left := end - time.monotonic()) > 0:
                wait_for(channel.fileno(), left)
                notes += self._read()
        self._process.end()
        return notes

    def shutdown(self) -> None:
        """End at once. Never raises."""
        self._process.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()
