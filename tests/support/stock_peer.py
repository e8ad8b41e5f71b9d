"""A process with stock python-can's multicast bus.

``send`` sends frames at a rate, whose payload is a sequence number (big endian, 8 bytes), so that receivers
can find missing ones. ``recv`` counts frames by arbitration id, and missing numbers. ``answer`` sends a frame
``--reply`` for each frame ``--to`` that it receives, and counts as ``recv``. Prints "ready" when its socket
is open and one JSON object at its end. Hop limit 0: no frame leaves the host.
"""

import argparse
import json
import time
from collections import Counter

import can
from can.interfaces.udp_multicast import UdpMulticastBus


def main() -> None:
    """Run a peer with the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["send", "recv", "answer"])
    parser.add_argument("--group", default=UdpMulticastBus.DEFAULT_GROUP_IPv4)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rate", type=float, default=1000.0, help="frames per second")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--count", type=int, default=None, help="end after this number of frames")
    parser.add_argument("--ids", type=int, default=80)
    parser.add_argument("--fd", action="store_true", help="64-byte CAN FD frames")
    parser.add_argument("--to", type=lambda text: int(text, 16), default=None, help="id of the requests")
    parser.add_argument("--reply", type=lambda text: int(text, 16), default=0x7E8, help="id of answers")
    parser.add_argument("--until", type=lambda text: int(text, 16), default=-1, help="end at that id")
    arguments = parser.parse_args()
    bus = UdpMulticastBus(channel=arguments.group, port=arguments.port, hop_limit=0)
    print("ready", flush=True)
    work = send if arguments.role == "send" else receive
    print(json.dumps(work(bus, arguments)), flush=True)
    bus.shutdown()


def send(bus: can.BusABC, arguments: argparse.Namespace) -> dict:
    """Send numbered frames at the rate."""
    sent = 0
    start = time.perf_counter()
    limit = arguments.count if arguments.count is not None else 1 << 62
    while (elapsed := time.perf_counter() - start) < arguments.seconds and sent < limit:
        due = min(int(elapsed * arguments.rate) + 1, limit)
        while sent < due:
            data = sent.to_bytes(8, "big") + bytes(56 if arguments.fd else 0)
            bus.send(
                can.Message(
                    arbitration_id=0x100 + sent % arguments.ids,
                    is_extended_id=False,
                    is_fd=arguments.fd,
                    data=data,
                )
            )
            sent += 1
        time.sleep(0.0005)
    return {"sent": sent, "seconds": time.perf_counter() - start}


def receive(bus: can.BusABC, arguments: argparse.Namespace) -> dict:
    """Count received frames by id, with arrival times, numbers in order, and missing numbers."""
    numbers: list[int] = []
    ids: Counter[str] = Counter()
    times: list[float] = []
    last: dict[str, str] = {}
    end = time.monotonic() + arguments.seconds
    limit = arguments.count if arguments.count is not None else 1 << 62
    while (left := end - time.monotonic()) > 0 and len(times) < limit:
        message = bus.recv(left)
        if message is None:
            continue
        if arguments.role == "answer" and message.arbitration_id == arguments.to:
            bus.send(can.Message(arbitration_id=arguments.reply, is_extended_id=False, data=message.data))
        key = f"{message.arbitration_id:X}"
        ids[key] += 1
        times.append(message.timestamp)
        last[key] = message.data.hex()
        if message.arbitration_id == arguments.until:
            break
        if len(message.data) >= 8:
            numbers.append(int.from_bytes(message.data[:8], "big"))
    return {
        "received": len(times),
        "ids": dict(ids),
        "last": last,
        "times": times[:100_000],
        "numbers": numbers[:100_000],
        "missing": max(numbers) + 1 - len(set(numbers)) if numbers else 0,
    }


if __name__ == "__main__":
    main()
