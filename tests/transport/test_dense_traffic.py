"""Ten seconds at 100,000 frames/s through the capture process: what must hold on any computer, however busy.

How many frames are lost depends on the computer, and is printed; that each of them is counted does not.
"""

import json
import subprocess
import sys
import time

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings
from tests.support.long_runs import SECONDS, anonymous_memory
from tests.support.network import GROUP_IPV4, Network
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.long, pytest.mark.network]

RATE = 100_000
TRAFFIC_SECONDS = min(10.0, SECONDS)

# Tables and buffers are filled in the first part; what comes later may add the allocator's noise only.
WARM_UP = 0.2
NOISE = 4 * 2**20


def test_each_frame_of_dense_traffic_is_received_once_in_order_or_counted(
    network: Network, capsys: pytest.CaptureFixture[str]
):
    settings = BusSettings.this_computer(group=GROUP_IPV4, port=network.free_port())
    with Capture(settings) as capture:
        pid, batches = capture.pid, []
        sender = start_sender(settings.port)
        start, before = time.monotonic(), 0
        while sender.poll() is None:
            if len(batch := capture.recv_batch(timeout=0.05)):
                batches.append(numbers_of(batch))
            if not before and time.monotonic() - start > WARM_UP * TRAFFIC_SECONDS:
                before = anonymous_memory(pid)
        result = json.loads(sender.communicate()[0])
        sent = result["sent"]

        def all_are_known() -> bool:
            if len(batch := capture.recv_batch()):
                batches.append(numbers_of(batch))
            counts = capture.statistics()
            return sum(map(len, batches)) + counts.dropped_kernel + counts.dropped_ring >= sent

        wait_until(all_are_known)
        numbers, counts = np.concatenate(batches), capture.statistics()
        grown = anonymous_memory(pid) - before
        assert capture.supervise() is None
        assert capture.pid == pid, "the process has ended and was started again"
    lost = counts.dropped_kernel + counts.dropped_ring
    with capsys.disabled():
        rate = f"at {result['rate']:,.0f} frames/s, {grown / 1e6:+.1f} MB"
        print(f"\n{len(numbers):,} of {sent:,} frames received, {lost:,} counted as lost, {rate}")
    assert len(numbers) + lost == sent
    assert (np.diff(numbers) > 0).all(), "frames are doubled, or not in order"
    assert (numbers[0] >= 0, numbers[-1] < sent) == (True, True)
    assert (counts.malformed, counts.foreign, counts.ignored, counts.problem) == (0, 0, 0, None)
    assert counts.received == len(numbers)
    assert before
    assert grown < NOISE


def start_sender(port: int) -> subprocess.Popen[str]:
    """The sender, which numbers its frames in their payload; it sends already."""
    command = [sys.executable, "-m", "tests.benchmarks.paced_sender", str(port), str(RATE)]
    sender = subprocess.Popen([*command, str(TRAFFIC_SECONDS)], stdout=subprocess.PIPE, text=True)
    assert sender.stdout is not None
    assert sender.stdout.readline() == "ready\n"
    return sender


def numbers_of(batch: FrameBatch) -> np.ndarray:
    assert (batch.length == 8).all()
    return np.ascontiguousarray(batch.data).view(">i8")[:, 0].astype(np.int64)
