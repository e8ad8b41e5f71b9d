"""A process with the multicast driver of the package ``dronecan``, as its tools and ArduPilot's SITL use it.

``send`` sends frames with extended ids, whose payload begins with a sequence number (little endian, 4
bytes); every third is a CAN FD frame of 64 bytes. ``recv`` prints the frames that it receives. Prints "ready"
when the driver runs, and one JSON value at its end. Only for a private network: the driver has no hop limit.
"""

import json
import sys
import time
from typing import Any

from dronecan.driver import CANFrame, mcast


def main() -> None:
    """BUS send|recv COUNT."""
    bus, role, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    driver = mcast(bus)
    print("ready", flush=True)
    result = send(driver, count) if role == "send" else receive(driver, count)
    print(json.dumps(result), flush=True)
    driver.proc.terminate()
    driver.proc.join()


def send(driver: mcast, count: int) -> int:
    """Send frames, and wait until the process of the driver has taken them."""
    for number in range(count):
        size = 64 if number % 3 == 0 else 8
        data = number.to_bytes(4, "little") + bytes(size - 4)
        driver.send_frame(CANFrame(0x18000000 + number, data, extended=True, canfd=size > 8))
    while not driver.tx_queue.empty():
        time.sleep(0.01)
    sys.stdin.read()  # the driver may not have sent the last one: the test says when it has arrived
    return count


def receive(driver: mcast, count: int) -> list[Any]:
    """The frames that arrive, up to ``count``."""
    frames = []
    end = time.monotonic() + 20
    while len(frames) < count and time.monotonic() < end:
        frame = driver.receive(timeout=0.2)
        if frame is not None:
            frames.append([frame.id, bytes(frame.data).hex(), frame.extended, frame.canfd])
    return frames


if __name__ == "__main__":
    main()
