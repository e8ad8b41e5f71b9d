"""Sizes, numbers and structures of BLF that the reader and the writer share."""

from __future__ import annotations

import struct
from datetime import UTC, datetime

import numpy as np

from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND
from canmcast_gui.logfile.times import checked_start

# Signature, header size, API number, application (id, compression, major, minor), file size, inflated size,
# objects, build, start and end.
FILE_HEADER = struct.Struct("<4sLL4B2Q2L8H8H")
FILE_HEADER_BYTES = 144

# Signature, header size, header version, object size, object type; in containers the compression method and
# the inflated size follow.
OBJECT = struct.Struct("<4sHHLL")
CONTAINER = struct.Struct("<H6xL4x")
CONTAINER_HEAD = OBJECT.size + CONTAINER.size
SIGNATURE = b"LOBJ"
CONTAINER_TYPE = 10
STORED, DEFLATED = 0, 2

# The header of other objects: the unit of the time, and the time, after the fields of all objects. Versions 1
# to 3 agree in these; version 2 has eight bytes more, which are in the header size.
HEADER_BYTES = 32
TEN_MICROSECONDS, ONE_NANOSECOND = 1, 2
OBJECT_HEAD = np.dtype(
    [
        *[("signature", "S4"), ("header_size", "<u2"), ("version", "<u2"), ("size", "<u4"), ("type", "<u4")],
        *[("unit", "<u4"), ("client", "<u2"), ("object_version", "<u2"), ("time", "<u8")],
    ]
)

MESSAGE, ERROR, OVERLOAD, TRIGGER, DRIVER_ERROR, TEXT = 1, 2, 3, 5, 31, 65
ERROR_EXT, DRIVER_ERROR_EXT, MESSAGE2, COMMENT, MARKER = 73, 74, 86, 92, 96
FD, FD64, FD_ERROR64 = 100, 101, 104

TX_BIT, REMOTE_BIT = 0x01, 0x80

# python-can writes this API number; those of Vector's library have seven digits.
PYTHON_CAN_API = 5

# Readers accept dates from 1990 on; older times count from some start.
FIRST_DATE_NS = 631_152_000 * NS_PER_SECOND


def start_of(parts: list[int], api: int) -> int:
    """Windows' SYSTEMTIME (year, month, weekday, day, …, milliseconds) as nanoseconds; 0 for invalid date.

    The format has no time zone. CANoe, CANalyzer and Vector's loggers write local time, which is read in the
    time zone of this computer; python-can writes UTC, and so do we, with its API number.
    """
    year, month, _, day, hour, minute, second, milliseconds = parts
    try:
        date = datetime(year, month, day, hour, minute, second)
        date = date.replace(tzinfo=UTC) if api == PYTHON_CAN_API else date  # naive: local time
        return checked_start(int(date.timestamp()) * NS_PER_SECOND + milliseconds * NS_PER_MS)
    except (ValueError, OverflowError, OSError):
        return 0


def system_time(time_ns: int) -> tuple[int, ...]:
    """Nanoseconds as SYSTEMTIME in UTC, all zero before 1990."""
    if time_ns < FIRST_DATE_NS:
        return (0,) * 8
    date = datetime.fromtimestamp(time_ns // NS_PER_SECOND, tz=UTC)
    milliseconds = time_ns % NS_PER_SECOND // NS_PER_MS
    day = (date.year, date.month, date.isoweekday() % 7, date.day)
    return (*day, date.hour, date.minute, date.second, milliseconds)
