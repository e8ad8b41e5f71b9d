"""Decoding signals of many frames, compared with cantools frame by frame and asammdf by file."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cantools
import numpy as np
from asammdf import MDF, Source
from asammdf import Signal as Column
from asammdf.blocks.v4_constants import FLAG_CG_BUS_EVENT, FLAG_CG_PLAIN_BUS_EVENT

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
            *_bus_logging(path, Path(folder) / "bench.mf4"),
            _figure(path, "a signal of 16 bits, Intel", 256, "Engine.Speed", 8),
            _figure(path, "a signal of 16 bits, Motorola, signed", 256, "Engine.Torque", 8),
            _figure(path, "a multiplexed signal", 257, "Modes.B", 8),
            _figure(path, "a signal in byte 40 of 64", 258, "Long.Back", 64),
        ]


def _bus_logging(database: Path, log: Path) -> list[Figure]:
    """All signals of a message from an MF4 file including opening it, and one signal of an open file."""
    _write_mf4(log)
    known = load_database(database)
    names = [f"Engine.{signal.name}" for signal in known.messages_named("Engine")[0].signals]

    def every_signal() -> None:
        with MDF(log) as file:
            batch = _frames_of(file)
        for name in names:
            known.decode(batch, name)

    def every_signal_of_peer() -> None:
        with MDF(log) as file:
            file.extract_bus_logging({"CAN": [(str(database), 0)]}).close()

    with MDF(log) as file:
        batch = _frames_of(file)
        return [
            _against("all six signals, opening the file included", every_signal, every_signal_of_peer),
            _against(
                "one signal, the file being open",
                lambda: known.decode(batch, names[0]),
                lambda: file.get_can_signal(names[0], database=str(database)),
            ),
        ]


def _frames_of(file: MDF) -> FrameBatch:
    frames = file.get("CAN_DataFrame").samples
    return FrameBatch.from_columns(
        np.arange(len(frames)),
        frames["CAN_DataFrame.ID"],
        frames["CAN_DataFrame.DataBytes"],
        frames["CAN_DataFrame.DataLength"],
    )


def _against(title: str, ours: Callable[[], object], peer: Callable[[], object]) -> Figure:
    pairs = [(_seconds(ours), _seconds(peer)) for _ in range(REPEATS)]
    taken = min(one for one, _ in pairs), min(one for _, one in pairs)
    return Figure(
        f"{title}: 1 M frames of an MF4 file, against asammdf's bus logging",
        taken[1] / taken[0],
        1,
        rate(FRAMES, taken[0]),
        rate(FRAMES, taken[1]),
    )


def _write_mf4(path: Path) -> None:
    """A standard bus logging file: a structure with the bytes of each frame."""
    batch = _traffic(256, 8)
    parts = [("BusChannel", "u1"), ("ID", "<u4"), ("IDE", "u1"), ("DLC", "u1"), ("DataLength", "u1")]
    fields = [(f"CAN_DataFrame.{name}", kind) for name, kind in parts]
    frames = np.zeros(FRAMES, [*fields, ("CAN_DataFrame.DataBytes", "u1", (8,))])
    frames["CAN_DataFrame.BusChannel"] = 1
    frames["CAN_DataFrame.ID"] = batch.arbitration_id
    frames["CAN_DataFrame.DLC"] = frames["CAN_DataFrame.DataLength"] = 8
    frames["CAN_DataFrame.DataBytes"] = batch.data
    bus = Source("CAN1", "CAN1", "", Source.SOURCE_BUS, Source.BUS_TYPE_CAN)
    with MDF(version="4.11") as file:
        file.append([Column(frames, batch.timestamp_ns / 1e9, name="CAN_DataFrame", source=bus)])
        file.groups[-1].channel_group.flags |= FLAG_CG_BUS_EVENT | FLAG_CG_PLAIN_BUS_EVENT
        file.save(path)


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
