"""A minute at 20,000 frames/s: all frames are received or counted as lost, and memory does not grow."""

import time
from collections.abc import Callable

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport import FrameSender, UdpMulticastBus
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings
from tests.support.long_runs import SECONDS, anonymous_memory, rounds
from tests.support.network import Network
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.network]

RATE = 20_000
BURST = 400
IDS = 80

# The first seconds fill buffers and tables; what comes later must not add more than the allocator's noise.
WARM_UP = 0.2
NOISE = 4 * 2**20


@pytest.fixture
def settings(network: Network) -> BusSettings:
    return BusSettings.this_computer(port=network.free_port())


def test_a_capture_process_keeps_up_and_its_memory_is_flat(settings: BusSettings):
    with Capture(settings) as capture:
        received = 0

        def read() -> int:
            nonlocal received
            received += len(capture.recv_batch())
            counts = capture.statistics()
            return received + counts.dropped_kernel + counts.dropped_ring

        soak(settings, read, lambda: anonymous_memory(capture.pid))
        counts = capture.statistics()
        assert (counts.malformed, counts.foreign) == (0, 0)
        assert received > counts.dropped_kernel + counts.dropped_ring


def test_a_bus_keeps_up_and_its_memory_is_flat(settings: BusSettings):
    with UdpMulticastBus(settings.group, settings.port, hop_limit=0, local=True) as bus:
        received = 0

        def read() -> int:
            nonlocal received
            while count := len(bus.recv_batch(timeout=0)):
                received += count
            return received + bus.statistics().dropped_kernel

        soak(settings, read, anonymous_memory)
        assert bus.statistics().received == received > bus.statistics().dropped_kernel


def soak(settings: BusSettings, read: Callable[[], int], memory: Callable[[], int]) -> None:
    """Send at the rate for half of the long time, reading between; nothing is lost without being counted."""
    numbers = np.arange(BURST)
    data = np.tile(numbers[:, None].astype(np.uint8), 8)
    burst = FrameBatch.from_columns(0, 0x100 + numbers % IDS, data)
    sender = FrameSender(settings)
    sent, before = 0, 0
    for elapsed in rounds(SECONDS / 2):
        if not before and elapsed > WARM_UP * SECONDS / 2:
            before = memory()
        while sent < elapsed * RATE:
            sent += sender.send_batch(burst)
            read()
        time.sleep(BURST / RATE / 4)
    sender.close()
    wait_until(lambda: read() >= sent)
    assert read() == sent
    assert before and memory() - before < NOISE, f"{memory() - before} bytes more than at the start"
