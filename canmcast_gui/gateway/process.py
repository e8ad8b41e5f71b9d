"""The process that forwards: ``python -m canmcast_gui.gateway.process``, started by client.py.

One loop: wait for frames, apply the rules, send what is due, report the counters. It ends, and with it the
capture processes of its channels, when its parent ends.
"""

from __future__ import annotations

import gc
import json
import select
import time
from collections.abc import Mapping, Sequence
from typing import Any

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.gateway.compiled import compile_rules
from canmcast_gui.gateway.engine import Engine
from canmcast_gui.gateway.marks import bus_id
from canmcast_gui.gateway.ports import MOST_FRAMES, Port, open_ports
from canmcast_gui.gateway.rules import RuleSet
from canmcast_gui.processes.parent import ParentLink, run_for_parent
from canmcast_gui.processes.priority import prefer_this_process

REPORT_SECONDS = 0.1
SUPERVISE_SECONDS = 0.25
# After more than this number of frames at once, frames collect during a pause: a turn of the loop costs as
# much as 50 frames.
FEW = 2
PAUSE_SECONDS = 0.0004


class GatewayLoop:
    """Forwards between channels by rules. Raises RuleError for rules that these channels do not allow."""

    def __init__(
        self, link: ParentLink, ports: Sequence[Port], bus_ids: Mapping[int, int], rules: RuleSet
    ) -> None:
        self._channel = link.channel
        self._bus_ids = bus_ids
        self._ports = {port.number: port for port in ports}
        self._generation = 0
        self._is_stopping = False
        self._report_at = self._supervise_at = 0.0
        self._posted = b""
        self._engine = self._engine_for(rules)

    def _engine_for(self, rules: RuleSet) -> Engine:
        ports = list(self._ports.values())
        compiled = compile_rules(
            rules,
            [port.settings for port in ports],
            {port.number: port.capture.sources for port in ports},
            time.time_ns(),
        )
        with_marks = {port.number for port in ports if port.carries_marks}
        return Engine(compiled, self._bus_ids, with_marks, rules.loop_detection)

    def run(self) -> None:
        """Work until the parent closes the channel, ends, or asks to stop."""
        while not self._channel.closed and not self._is_stopping:
            self._wait()
            if self._forward() > FEW:
                time.sleep(PAUSE_SECONDS)
            for message in self._channel.receive():
                self._execute(json.loads(message))
            self._supervise()
            self._report()
        self._forward()
        self._report_at = 0.0
        self._report()
        self._channel.flush(timeout=1.0)

    def _wait(self) -> None:
        now_ns = time.time_ns()
        due_ns = self._engine.next_ns()
        timeout = REPORT_SECONDS if due_ns is None else (due_ns - now_ns) / NS_PER_SECOND
        readable = [self._channel.fileno(), *(port.capture.fileno() for port in self._ports.values())]
        select.select(readable, [], [], max(0.0, min(timeout, REPORT_SECONDS)))

    def _forward(self) -> int:
        """Take what has arrived and send what is due; returns how many frames were taken."""
        taken = 0
        for port in self._ports.values():
            batch = port.capture.recv_batch(MOST_FRAMES)
            taken += len(batch)
            self._engine.forward(port.number, batch, time.time_ns())
        for outgoing in self._engine.take_due(time.time_ns()):
            sent, failure = self._ports[outgoing.direction[1]].send(outgoing.marked())
            self._engine.count_sent(outgoing, sent, failure, time.time_ns())
        return taken

    def _execute(self, command: dict[str, Any]) -> None:
        if "stop" in command:
            self._is_stopping = True
        elif "rules" in command:
            self._engine = self._engine_for(RuleSet.from_dict(command["rules"]))
            self._generation = command["generation"]

    def _supervise(self) -> None:
        now = time.monotonic()
        if now < self._supervise_at:
            return
        self._supervise_at = now + SUPERVISE_SECONDS
        for port in self._ports.values():
            port.mark_own()
            sentence = port.capture.supervise()
            if sentence:
                self._channel.send(json.dumps({"note": sentence}).encode())

    def _report(self) -> None:
        now = time.monotonic()
        if now < self._report_at:
            return
        self._report_at = now + REPORT_SECONDS
        report = self._engine.report(time.time_ns())
        report.lost = sum(port.lost for port in self._ports.values())
        message = json.dumps({"report": report.to_dict(), "generation": self._generation}).encode()
        if message != self._posted:
            self._posted = message
            self._channel.send(message)


def gateway(link: ParentLink) -> int:
    """Open the channels that the command line describes, and forward."""
    values = json.loads(link.arguments[0])
    ports: list[Port] = []
    try:
        channels = [ChannelSettings.from_dict(channel) for channel in values["channels"]]
        bus_ids = {channel.number: bus_id(channel) for channel in channels}
        shared = {int(number): each for number, each in values["shared"].items()}
        ports = open_ports(channels, bus_ids, shared)
        loop = GatewayLoop(link, ports, bus_ids, RuleSet.from_dict(values["rules"]))
    except UserError as error:
        link.report_failure(str(error))
        for port in ports:
            port.close()
        return 1
    prefer_this_process()
    gc.collect()
    gc.freeze()
    link.report_ready()
    loop.run()
    for port in ports:
        port.close()
    return 0


if __name__ == "__main__":
    run_for_parent(gateway)
