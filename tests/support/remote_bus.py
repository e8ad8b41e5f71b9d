"""A bus in a process, and so a host, of its own; told what to do by lines of JSON on its standard input.

A line is a list of a verb and its arguments, an answer one JSON value, or {"error": sentence}.
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
    """The verbs. Several buses may be open at once, each under a name."""

    def __init__(self) -> None:
        self._buses: dict[str, Any] = {}

    def open(self, name: str, kind: str, options: dict[str, Any]) -> None:
        """Open a bus; it then has that name."""
        self._buses[name] = KINDS[kind](**options)

    def send(self, name: str, arbitration_id: int) -> None:
        """Send one frame."""
        self._buses[name].send(can.Message(arbitration_id=arbitration_id, data=b"payload"))

    def send_batch(self, name: str, count: int) -> int:
        """Send numbered frames, their numbers being their ids."""
        return self._buses[name].send_batch([can.Message(arbitration_id=n, data=b"x") for n in range(count)])

    def recv(self, name: str, timeout: float) -> list[Any] | None:
        """The next frame: id, whether it is a received one, its source."""
        message = self._buses[name].recv(timeout)
        if message is None:
            return None
        return [message.arbitration_id, message.is_rx, str(getattr(message, "source", ""))]

    def recv_ids(self, name: str, count: int, timeout: float) -> list[int]:
        """The ids of that many frames, or of those that came in time."""
        ids = []
        while len(ids) < count and (message := self._buses[name].recv(timeout)):
            ids.append(message.arbitration_id)
        return ids

    def problem(self, name: str) -> str | None:
        """What the bus says is wrong."""
        return self._buses[name].problem

    def state(self, name: str) -> str:
        """What python-can calls its state."""
        return self._buses[name].state.name

    def foreign(self, name: str) -> int:
        """Frames that were refused as not for us."""
        return self._buses[name].statistics().foreign

    def close(self) -> None:
        """Shut all down."""
        for bus in self._buses.values():
            bus.shutdown()


def main() -> None:
    """Work until there is no more input."""
    remote = Remote()
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        verb, *arguments = json.loads(line)
        action: Callable[..., Any] = getattr(remote, verb)
        try:
            answer = action(*arguments)
        except can.CanError as error:
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)
    remote.close()


if __name__ == "__main__":
    main()
