"""Buses in another process, and so on another host, which are controlled by lines of JSON on its standard
input.

A line is a list of a command and its arguments; the answer is one JSON value, or {"error": sentence}.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

import can
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus

from canmcast_gui.transport import UdpMulticastBus

KINDS = {"stock": StockBus, "ours": UdpMulticastBus}


class Remote:
    """The commands. Several buses may be open at the same time, each with a name."""

    def __init__(self) -> None:
        self._buses: dict[str, Any] = {}

    def open(self, name: str, kind: str, options: dict[str, Any]) -> None:
        """Open a bus with this name."""
        self._buses[name] = KINDS[kind](**options)

    def send(self, name: str, arbitration_id: int) -> None:
        """Send one frame."""
        self._buses[name].send(can.Message(arbitration_id=arbitration_id, data=b"payload"))

    def send_batch(self, name: str, count: int) -> int:
        """Send frames whose ids are their numbers."""
        return self._buses[name].send_batch([can.Message(arbitration_id=n, data=b"x") for n in range(count)])

    def recv(self, name: str, timeout: float) -> list[Any] | None:
        """The next frame: id, whether it was received, source."""
        message = self._buses[name].recv(timeout)
        if message is None:
            return None
        return [message.arbitration_id, message.is_rx, str(getattr(message, "source", ""))]

    def recv_ids(self, name: str, count: int, timeout: float) -> list[int]:
        """The ids of up to ``count`` frames, as far as they arrive in time."""
        ids = []
        while len(ids) < count and (message := self._buses[name].recv(timeout)):
            ids.append(message.arbitration_id)
        return ids

    def problem(self, name: str) -> str | None:
        """The problem of the bus."""
        return self._buses[name].problem

    def state(self, name: str) -> str:
        """The state of the bus, as python-can names it."""
        return self._buses[name].state.name

    def foreign(self, name: str) -> int:
        """The number of frames that were not for this bus."""
        return self._buses[name].statistics().foreign

    def close(self) -> None:
        """Shut down all buses."""
        for bus in self._buses.values():
            bus.shutdown()


def main() -> None:
    """Work until the input ends."""
    remote = Remote()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        command, *arguments = json.loads(line)
        action: Callable[..., Any] = getattr(remote, command)
        try:
            answer = action(*arguments)
        except can.CanError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    remote.close()


if __name__ == "__main__":
    main()
