"""Files of every format, cut, flipped and added to: a sentence at worst, never a hang, never much memory."""

import gzip
import random
import resource
import sys
import time

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, open_writer, read_batches
from canmcast_gui.logfile.formats import FORMATS
from tests.logfile.frames import FORMATS_BY_NAME, small_batch
from tests.logfile.test_read_lines import BUSMASTER, CRTD
from tests.logfile.test_read_table import CANHACKER, CSS, GVRET, OLD_CANHACKER, SPACED, VEHICLE_SPY

# All kinds together stay within a minute on a slow computer; a different seed finds the same on average.
FILES = 300
SECONDS_FOR_ONE = 5.0
MOST_MEMORY = 300_000_000

TEXTS = {
    "crtd": CRTD,
    "busmaster": BUSMASTER.format(base="HEX", mode="SYSTEM", number="21", pairs="10 FF"),
    "gvret": GVRET,
    "css": CSS,
    "vehiclespy": VEHICLE_SPY,
    "canhacker": CANHACKER,
    "canhacker, old": OLD_CANHACKER,
    "table": SPACED,
}


def written(name: str, tmp_path) -> bytes:
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


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The content with one to four wounds."""
    wounded = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(wounded) + 1)
        match chance.randrange(5):
            case 0:  # cut at the end
                del wounded[place:]
            case 1:  # cut out
                del wounded[place : place + chance.randint(1, 40)]
            case 2 if place < len(wounded):  # flip a bit
                wounded[place] ^= 1 << chance.randrange(8)
            case 3:  # garbage
                wounded[place:place] = chance.randbytes(chance.randint(1, 40))
            case _:  # a number as large as it can be
                wounded[place : place + 4] = b"\xff\xff\xff\xff"
        if not wounded:
            wounded = bytearray(b"\0")
    return bytes(wounded)


def peak() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


@pytest.mark.parametrize("name", [*sorted(FORMATS_BY_NAME), *TEXTS, "candump, gz"])
def test_a_wounded_file_is_read_or_refused(name, tmp_path):
    kind = name.removesuffix(", gz")
    content = TEXTS[kind].encode() if kind in TEXTS else written(kind, tmp_path)
    content = gzip.compress(content) if name.endswith(", gz") else content
    chance, path, before = random.Random(name), tmp_path / "wounded", peak()
    read = 0
    for number in range(FILES):
        path.write_bytes(mutated(content, chance))
        start = time.monotonic()
        try:
            for batch in read_batches(path):
                assert int(batch.length.max(initial=0)) <= 64, number
                batch.payload_matrix()
                read += len(batch)
        except FileError as error:
            assert "\n" not in str(error), number
        assert time.monotonic() - start < SECONDS_FOR_ONE, number
    if kind != "parquet":  # which says where everything is at its end only
        assert read > FILES // 2  # most of a file outlives a wound
    assert peak() - before < MOST_MEMORY


def test_all_formats_are_wounded():
    read = {one.name for one in FORMATS if one.can_read}
    tried = {*FORMATS_BY_NAME, *(name.split(",")[0] for name in TEXTS)}
    assert read - tried <= {"cl2000", "cancapture", "pcap", "pcapng"}
