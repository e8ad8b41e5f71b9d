"""The effect of a recorder on reception."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import Recorder
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure, rate
from tests.support.network import GROUP_IPV4, StockPeer

RATE, SECONDS = 20_000, 5.0
LOOK_SECONDS = 0.05

# What handing the frames over may take of the thread that receives: one percent.
MOST_SHARE = 1.0

_ports = iter(range(31_000, 31_100))


def run() -> list[Figure]:
    """Reception without a recorder, and with one for each usual format."""
    figures = [_received("without a recorder", None)[0]]
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".asc", ".blf", ".log"):
            figures += _received(f"while {suffix} is recorded", Path(folder) / f"live{suffix}")
    return figures


def _received(title: str, path: Path | None) -> list[Figure]:
    port = next(_ports)
    handing = 0.0
    with (
        Capture(BusSettings.this_computer(group=GROUP_IPV4, port=port)) as capture,
        _recorder(path) as recorder,
        closing(
            StockPeer("send", "--port", str(port), "--rate", str(RATE), "--seconds", str(SECONDS))
        ) as peer,
    ):
        received, start = 0, time.monotonic()
        for batch in _batches(capture, SECONDS):
            received += len(batch)
            if recorder is not None:
                before = time.perf_counter()
                recorder.write(batch)
                handing += time.perf_counter() - before
        elapsed = time.monotonic() - start
        sent = int(peer.result()["sent"])
    name = f"{RATE:,} frames/s {title}"
    # After closing: what is neither received nor in the file.
    lost = sent - (received if recorder is None else min(received, recorder.recorded))
    share = 100 * handing / elapsed

    return [
        Figure(f"{name}: lost", lost, 0, f"{received:,} of {sent:,}", at_most=True, unit=""),
        Figure(
            f"{name}: time of the receiver",
            share,
            MOST_SHARE,
            rate(received, elapsed),
            at_most=True,
            unit="%",
        ),
    ]


@contextmanager
def _recorder(path: Path | None) -> Iterator[Recorder | None]:
    if path is None:
        yield None
        return
    with Recorder(path) as recorder:
        yield recorder


def _batches(capture: Capture, seconds: float) -> Iterator[FrameBatch]:
    """The received batches, until frames stop arriving."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
        yield capture.recv_batch()
    while len(batch := capture.recv_batch(timeout=0.5)):
        yield batch
