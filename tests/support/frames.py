"""Frames and a database for tests of models and views."""

from pathlib import Path

import numpy as np

from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import Flag, FrameBatch

# A message with signals for a counter, a checksum and value texts.
COUNTER_DBC = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|8000] "rpm" ECU
 SG_ AliveCounter : 48|4@1+ (1,0) [0|15] "" ECU
 SG_ Gear : 52|4@1+ (1,0) [0|8] "" ECU
 SG_ Crc : 56|8@1+ (1,0) [0|255] "" ECU
VAL_ 256 Gear 0 "P" 1 "R" ;
"""

DBC = """VERSION ""
NS_ :
BS_:
BU_: A
BO_ 256 Engine: 8 A
 SG_ Speed : 0|16@1+ (0.25,0) [0|16000] "rpm" A
 SG_ Gear : 16|8@1+ (1,0) [0|8] "" A
VAL_ 256 Gear 0 "Neutral" 1 "First" ;
"""

START_NS = 1_700_000_000_000_000_000


def databases(folder: Path) -> DatabaseSet:
    """A set with one database, which knows the message Engine (100h) with two signals."""
    path = folder / "test.dbc"
    path.write_text(DBC)
    known = DatabaseSet()
    known.add(load_database(path))
    return known


def traffic(count: int, first: int = 0, ids: int = 4) -> FrameBatch:
    """Numbered frames, 1 ms apart, of ids 100h and following in turn."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    data = numbers.astype("<u8").view(np.uint8).reshape(-1, 8)
    return FrameBatch.from_columns(
        timestamp_ns=START_NS + numbers * 1_000_000,
        arbitration_id=0x100 + numbers % ids,
        data=data,
        channel=1,
    )


def mixed() -> FrameBatch:
    """One frame of each kind: data, extended, remote, error, sent, CAN FD."""
    kinds = [0, Flag.EXTENDED, Flag.REMOTE, Flag.ERROR, Flag.TX, Flag.FD | Flag.BRS]
    return FrameBatch.from_columns(
        timestamp_ns=START_NS + np.arange(6) * 1_000_000,
        arbitration_id=[0x100, 0x18FF0001, 0x200, 0, 0x101, 0x300],
        data=np.tile(np.arange(12, dtype=np.uint8), (6, 1)),
        length=[8, 8, 0, 0, 2, 12],
        flags=kinds,
    )
