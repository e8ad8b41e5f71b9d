"""Small files of every format that is read, and ways to damage them."""

import gzip
import random
import time
from pathlib import Path

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, open_writer, read_batches
from tests.logfile.frames import FORMATS_BY_NAME, small_batch
from tests.logfile.pcap.test_reader import FRAMES, next_generation, pcap
from tests.logfile.table.test_reader import (
    CANHACKER,
    CHUANGXIN,
    CSS,
    GVRET,
    MICROCHIP,
    OLD_CANHACKER,
    SPACED,
    VEHICLE_SPY,
    ZLG,
)
from tests.logfile.test_busmaster import BUSMASTER
from tests.logfile.test_crtd import CRTD
from tests.logfile.test_yacht import YACHT

SECONDS_FOR_ONE = 5.0
TEXTS = {
    "crtd": CRTD,
    "yacht": YACHT * 5,
    "busmaster": BUSMASTER.format(base="HEX", mode="SYSTEM", number="21", pairs="10 FF"),
    "gvret": GVRET,
    "css": CSS,
    "vehiclespy": VEHICLE_SPY,
    "canhacker": CANHACKER,
    "canhacker, old": OLD_CANHACKER,
    "microchip": MICROCHIP,
    "zlg": ZLG,
    "zlg, Chuangxin": CHUANGXIN.replace(",", "\0,"),
    "table": SPACED,
    "cl2000": '# Logger type: CL2000\n# Time: 20231005T071031\n# Value separator: ";"\n'
    "Timestamp;Type;ID;Data\n" + "05T071031805;0;326;0001\n06T000000001;1;18fe592f;ff\n" * 20,
    "cancapture": "ParserFlags\tCh\tCounter\tT/R\tTime\tFlags\tCAN ID\tLen\tData\tParser Name\tdefault\n"
    + "1\t0\t708\tTX\t1500\t\t0x00000681\t3\t0xf0 20 0a \tParser\t\n" * 20,
}


CAPTURES = {"pcap": pcap(FRAMES), "pcapng": next_generation("<")}
NAMES = [*sorted(FORMATS_BY_NAME), *TEXTS, *CAPTURES, "candump, gz"]

# Its index is at its end, so that a damaged byte may make all of it unreadable.
NEEDS_ITS_END = "parquet"


def intact(name: str, tmp_path: Path) -> bytes:
    """A small intact file of one of the NAMES."""
    kind = name.removesuffix(", gz")
    if kind in CAPTURES:
        return CAPTURES[kind]
    content = TEXTS[kind].encode() if kind in TEXTS else written(kind, tmp_path)
    return gzip.compress(content) if name.endswith(", gz") else content


def written(name: str, tmp_path: Path) -> bytes:
    """A small file of the format with frames of all kinds that it holds."""
    kind = FORMATS_BY_NAME[name]
    batch = FrameBatch.concatenate([small_batch(30), small_batch(10, width=8), small_batch(10, width=3)])
    flags = batch.records["flags"]
    for row, flag in enumerate((Flag.EXTENDED, Flag.TX, Flag.ERROR, Flag.REMOTE)):
        if not kind.cannot_hold & flag:
            flags[row::7] |= np.uint16(flag)
    if not kind.cannot_hold & Flag.FD:
        long = small_batch(5, width=32)
        long.records["flags"] = Flag.FD | Flag.BRS
        batch = FrameBatch.concatenate([batch, long])
    path = tmp_path / f"whole{kind.suffixes[0]}"
    with open_writer(path, name) as writer:
        writer.write(batch)
    return path.read_bytes()


def damaged_copy(content: bytes, chance: random.Random) -> bytes:
    """The content with one to four damaged places."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        position = chance.randrange(len(damaged) + 1)
        match chance.randrange(5):
            case 0:  # remove the end
                del damaged[position:]
            case 1:  # remove some bytes
                del damaged[position : position + chance.randint(1, 40)]
            case 2 if position < len(damaged):  # flip a bit
                damaged[position] ^= 1 << chance.randrange(8)
            case 3:  # insert random bytes
                damaged[position:position] = chance.randbytes(chance.randint(1, 40))
            case _:  # the largest number
                damaged[position : position + 4] = b"\xff\xff\xff\xff"
        if not damaged:
            damaged = bytearray(b"\0")
    return bytes(damaged)


def read_or_refused(path: Path, content: bytes) -> int:
    """How many frames are read from a damaged file, in bounded time; 0 if it is refused with an error."""
    path.write_bytes(content)
    start, read = time.process_time(), 0  # not the time of other processes
    try:
        for batch in read_batches(path):
            assert int(batch.length.max(initial=0)) <= 64
            batch.payload_matrix()
            read += len(batch)
    except FileError as error:
        assert "\n" not in str(error)
    assert time.process_time() - start < SECONDS_FOR_ONE
    return read
