"""Signals: one signal of a message out of many frames at once, against cantools frame by frame."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import cantools
import numpy as np

from canmcast_gui.database import load_database
from canmcast_gui.frames import Flag, FrameBatch
from tests.benchmarks.figure import Figure, rate

FRAMES = 1_000_000
PEER_FRAMES = 20_000
REPEATS = 5

# Five or six signals in a message, as is usual; cantools decodes all that are there to give one.
DATABASE = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|16383.75] "rpm" X
 SG_ Torque : 23|16@0- (0.5,-100) [0|0] "Nm" X
 SG_ Gear : 32|3@1+ (1,0) [0|7] "" X
 SG_ Oil : 35|13@1+ (0.1,-40) [0|0] "degC" X
 SG_ Count : 48|8@1+ (1,0) [0|255] "" X
 SG_ Sum : 56|8@1+ (1,0) [0|255] "" X
BO_ 257 Modes: 8 ECU
 SG_ Mode M : 0|2@1+ (1,0) [0|3] "" X
 SG_ A m0 : 8|16@1+ (0.25,0) [0|0] "" X
 SG_ B m1 : 8|16@1+ (0.25,0) [0|0] "" X
 SG_ C m2 : 8|16@1+ (0.25,0) [0|0] "" X
 SG_ D m3 : 8|16@1+ (0.25,0) [0|0] "" X
BO_ 258 Long: 64 ECU
 SG_ A : 0|16@1+ (0.25,0) [0|0] "" X
 SG_ B : 16|16@1+ (0.25,0) [0|0] "" X
 SG_ C : 64|32@1+ (0.1,0) [0|0] "" X
 SG_ D : 135|16@0+ (0.5,-100) [0|0] "" X
 SG_ E : 256|8@1+ (1,0) [0|0] "" X
 SG_ Back : 327|32@0- (0.001,0) [0|0] "" X
"""


def run() -> list[Figure]:
    """Measure one signal of each kind of message."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.dbc"
        path.write_text(DATABASE)
        return [
            _figure(path, "a signal of 16 bits, Intel", 256, "Engine.Speed", 8),
            _figure(path, "a signal of 16 bits, Motorola, signed", 256, "Engine.Torque", 8),
            _figure(path, "a multiplexed signal", 257, "Modes.B", 8),
            _figure(path, "a signal in byte 40 of 64", 258, "Long.Back", 64),
        ]


def _figure(path: Path, name: str, arbitration_id: int, signal: str, width: int) -> Figure:
    batch = _traffic(arbitration_id, width)
    database = load_database(path)
    ours = min(_seconds(lambda: database.decode(batch, signal)) for _ in range(REPEATS))
    message = cantools.database.load_file(path).get_message_by_frame_id(arbitration_id)
    payloads = [batch.payload(row) for row in range(PEER_FRAMES)]
    key = signal.partition(".")[2]
    peer = min(
        _seconds(lambda: [message.decode(payload).get(key) for payload in payloads]) for _ in range(REPEATS)
    )
    return Figure(
        f"{name}, out of 1 M frames of its message",
        (peer / PEER_FRAMES) / (ours / FRAMES),
        100,
        rate(FRAMES, ours),
        rate(PEER_FRAMES, peer),
    )


def _traffic(arbitration_id: int, width: int) -> FrameBatch:
    random = np.random.default_rng(1)
    return FrameBatch.from_columns(
        np.arange(FRAMES) * 50_000,
        arbitration_id,
        random.integers(0, 256, (FRAMES, width), dtype=np.uint8),
        flags=Flag.FD if width > 8 else 0,
    )


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
