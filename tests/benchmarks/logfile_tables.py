"""Tables of frames of other tools: reading a million frames, compared with python-can's CSV reader.

python-can reads none of them; it reads the same frames from its own CSV format.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import can

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import read_batches, save
from tests.benchmarks.figure import Figure, rate
from tests.benchmarks.logfile_measure import traffic

FRAMES = 1_000_000
REPEATS = 3
BAR = 5
WRITE_BAR = 3
PEER_FRAMES = 100_000


class Line(NamedTuple):
    """A frame for the writers of lines below; ``time_us`` is relative to the first frame."""

    number: int
    time_us: int
    id: int
    extended: bool
    sent: bool
    channel: int
    payload: bytes


def _old_gvret(one: Line) -> str:
    cells = "".join(f"{byte:02X}," for byte in one.payload.ljust(8, b"\0"))
    head = f"{166_064_000 + one.time_us},{one.id:08X},{str(one.extended).lower()}"
    return f"{head},{one.channel - 1},{len(one.payload)},{cells}"


def _gvret(one: Line) -> str:
    time, number, extended, rest = _old_gvret(one).split(",", 3)
    return f"{time},{number},{extended},{'Tx' if one.sent else 'Rx'},{rest}"


def _css(one: Line) -> str:
    seconds, rest = divmod(one.time_us, 1_000_000)
    return (
        f"{1_762_345_678 + seconds}.{rest:06d};{one.channel};{one.id:X};{one.extended:d};{len(one.payload)};"
        f"{len(one.payload)};{one.sent:d};0;0;0;0;{one.payload.hex().upper()}"
    )


def _cl2000(one: Line) -> str:
    seconds, rest = divmod(one.time_us, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    time = f"05T{12 + minutes // 60:02d}{minutes % 60:02d}{seconds:02d}{rest // 1000:03d}"
    return f"{time};{one.extended:d};{one.id:X};{one.payload.hex().upper()}"


def _vehicle_spy(one: Line) -> str:
    cells = "".join(f"{byte:02X}," for byte in one.payload) + "," * (8 - len(one.payload))
    network = "HS CAN" if one.channel == 1 else "MS CAN"
    flags = f"{'FT'[one.sent]},Message {one.id},{network},,{one.id:X},F,{'FT'[one.extended]}"
    return f"{one.number + 1},{one.time_us / 1e6:.6f},0.00025,67371008,F,{flags},{cells},,"


_OLD_GVRET_NAMES = "Time Stamp,ID,Extended,Bus,LEN,D1,D2,D3,D4,D5,D6,D7,D8"
_SPY_NAMES = "Line,Abs Time(Sec),Rel Time (Sec),Status,Er,Tx,Description,Network,Node,Arb ID,Remote,Xtd"
DIALECTS: dict[str, tuple[str, Callable[[Line], str]]] = {
    "GVRET": (_OLD_GVRET_NAMES.replace("Bus", "Dir,Bus"), _gvret),
    "GVRET without directions": (_OLD_GVRET_NAMES, _old_gvret),
    "CSS Electronics": (
        "TimestampEpoch;BusChannel;ID;IDE;DLC;DataLength;Dir;EDL;BRS;ESI;RTR;DataBytes",
        _css,
    ),
    "CL2000": ("Timestamp;Type;ID;Data", _cl2000),
    "Vehicle Spy": (_SPY_NAMES + ",B1,B2,B3,B4,B5,B6,B7,B8,Value,Trigger,Signals", _vehicle_spy),
}


def run() -> list[Figure]:
    """Each dialect, and the plain CSV."""
    batch = traffic(FRAMES, 8)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stock = folder / "stock.csv"
        save(stock, [batch])
        paths = {"plain CSV": folder / "ours.plain.csv"}
        save(paths["plain CSV"], [batch])
        for number, (title, (names, line)) in enumerate(DIALECTS.items()):
            paths[title] = folder / f"{number}.csv"
            _write(paths[title], names, line, batch)
        figures = [_reading(title, path, stock) for title, path in paths.items()]
        return [*figures, _writing(folder, batch)]


def _write(path: Path, names: str, line: Callable[[Line], str], batch: FrameBatch) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write(names + "\n")
        file.writelines(f"{line(one)}\n" for one in lines_of(batch))


def lines_of(batch: FrameBatch) -> Iterator[Line]:
    """The frames as single values."""
    columns = (
        ((batch.timestamp_ns - batch.timestamp_ns[0]) // 1000).tolist(),
        batch.arbitration_id.tolist(),
        batch.has(Flag.EXTENDED).tolist(),
        batch.has(Flag.TX).tolist(),
        batch.channel.tolist(),
        batch.data.tolist(),
        batch.length.tolist(),
    )
    for number, (time_us, *middle, data, length) in enumerate(zip(*columns, strict=True)):
        yield Line(number, time_us, *middle, bytes(data[:length]))


def _reading(title: str, path: Path, stock: Path) -> Figure:
    """The best time of both, in alternate rounds."""
    ours, theirs = [], []
    for _ in range(REPEATS):
        ours.append(_seconds(lambda: sum(map(len, read_batches(path))), FRAMES))
        if len(theirs) < 2:
            theirs.append(_seconds(lambda: sum(1 for _ in can.CSVReader(stock)), FRAMES))
    own, other = min(ours), min(theirs)
    return Figure(f"read {title}", other / own, BAR, rate(FRAMES, own), rate(FRAMES, other))


def _writing(folder: Path, batch: FrameBatch) -> Figure:
    """The plain CSV, compared with python-can's writer."""
    messages = batch[:PEER_FRAMES].to_messages()

    def write_stock() -> int:
        with can.CSVWriter(folder / "peer.csv") as writer:
            for message in messages:
                writer(message)
        return len(messages)

    ours = (
        min(_seconds(lambda: save(folder / "w.plain.csv", [batch]), FRAMES) for _ in range(REPEATS)) / FRAMES
    )
    theirs = min(_seconds(write_stock, PEER_FRAMES) for _ in range(REPEATS)) / PEER_FRAMES
    return Figure("write plain CSV", theirs / ours, WRITE_BAR, rate(1, ours), rate(1, theirs))


def _seconds(work: Callable[[], int], expected: int) -> float:
    # Both sides are one thread: processor time leaves out what else the computer has to do.
    start = time.process_time()
    found = work()
    seconds = time.process_time() - start
    assert found == expected, found
    return seconds
