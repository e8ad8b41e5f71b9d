"""A sender of dense, even traffic: PORT RATE SECONDS; prints "ready", then the number sent and its port.

A stock sender manages about 50,000 frames/s, and sends what it has missed in bursts that no usual receive
buffer holds. This one sends a burst every 0.25 ms, 25 frames at 100,000 frames/s, each a datagram of its own.
After a delay it sends at 1.25 times the rate at most, and does not make up for more than a millisecond: the
rate that it reports is then lower. It asks for real-time priority: its own delays are not to be measured.
"""

from __future__ import annotations

import json
import sys
import time

import can
import numpy as np
from can.interfaces.udp_multicast.utils import pack_message

from canmcast_gui.frames.arrays import Bytes
from canmcast_gui.processes.priority import prefer_this_process
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.opening import open_sending_socket
from canmcast_gui.transport.sockets.routes import choose_interfaces
from canmcast_gui.transport.sockets.send import ManySender
from canmcast_gui.transport.wire.header_cache import DATA_KEY
from tests.support.network import GROUP_IPV4

BURST_SECONDS = 0.00025
IDS = 80
# The share of the time between two bursts that passes at least.
LEAST = 0.8
MOST_DELAY_SECONDS = 0.001


def main() -> None:
    """Send as the command line says."""
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    settings = BusSettings.this_computer(group=GROUP_IPV4, port=port).validated()
    group = parse_group(settings.group)
    (link,) = choose_interfaces(group, settings.interface, settings.local)
    with open_sending_socket(group, port, link, hop_limit=0) as sock:
        many = ManySender(sock)
        many.can_segment = False
        burst = max(1, round(rate * BURST_SECONDS))
        rows = datagrams(burst)
        prefer_this_process()
        print("ready", flush=True)
        start = time.perf_counter()
        sent = send(many, rows, int(rate * seconds), burst / rate)
        rate = sent / (time.perf_counter() - start)
        print(json.dumps({"sent": sent, "rate": rate, "port": sock.getsockname()[1]}), flush=True)


def datagrams(burst: int) -> Bytes:
    """The rows of all bursts, as many as there are ids, so that each burst is a slice."""
    packed = [
        pack_message(can.Message(arbitration_id=0x100 + n % IDS, is_extended_id=False, data=bytes(8)))
        for n in range(IDS + burst)
    ]
    return np.frombuffer(b"".join(packed), dtype=np.uint8).reshape(len(packed), -1).copy()


def send(many: ManySender, rows: Bytes, count: int, interval: float) -> int:
    """Send numbered frames, a burst at each interval; returns how many."""
    burst = len(rows) - IDS
    at = rows[0].tobytes().index(DATA_KEY) + len(DATA_KEY) + 1
    sizes = np.full(burst, rows.shape[1], dtype=np.int64)
    sent, due = 0, time.perf_counter()
    while sent < count:
        part = rows[sent % IDS :][:burst]
        part[:, at : at + 8] = np.arange(sent, sent + burst).astype(">u8").view(np.uint8).reshape(-1, 8)
        begun, done = time.perf_counter(), 0
        while done < burst:
            done += many.send(part[done:], sizes[done:])
        sent += burst
        due = max(due + interval, begun - MOST_DELAY_SECONDS)
        time.sleep(max(0.0, max(due, begun + LEAST * interval) - time.perf_counter()))
    return sent


if __name__ == "__main__":
    main()
