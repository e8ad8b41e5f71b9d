"""BLF files made byte by byte, as other tools write them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FrameReader, read_batches

START = (2025, 3, 5, 14, 12, 30, 15, 250)


def file_header(start: tuple[int, ...] = START, api: int = 4_060_200) -> bytes:
    packed = struct.pack("<4sLL4B2Q2L8H8H", b"LOGG", 144, api, 2, 1, 10, 0, 0, 0, 0, 0, *start, *start)
    return packed.ljust(144, b"\0")


def blf_object(kind: int, body: bytes, time: int = 1_000, version: int = 1, unit: int = 2) -> bytes:
    """An object: header versions 1 and 3 have 32 bytes, version 2 has 40."""
    more = struct.pack("<Q", time + 5) if version == 2 else b""
    size = 32 + len(more) + len(body)
    return (
        struct.pack("<4sHHLL", b"LOBJ", 32 + len(more), version, size, kind)
        + struct.pack("<LHHQ", unit, 0, 0, time)
        + more
        + body
    )


def padded(*objects: bytes) -> bytes:
    """Objects as Vector's library pads them: by as many bytes as each is longer than a multiple of four."""
    return b"".join(one + bytes(len(one) % 4) for one in objects)


def message(
    channel: int = 1, flags: int = 0, dlc: int = 8, number: int = 0x123, data: bytes = b"12345678"
) -> bytes:
    return struct.pack("<HBBL8s", channel, flags, dlc, number, data)


def container(content: bytes, packed: bool = True, inflated: int | None = None) -> bytes:
    data = zlib.compress(content) if packed else content
    size = 32 + len(data)
    head = struct.pack("<4sHHLL", b"LOBJ", 16, 1, size, 10)
    kind = struct.pack("<H6xL4x", 2 if packed else 0, len(content) if inflated is None else inflated)
    return head + kind + data + bytes(size % 4)


def read(path: Path, content: bytes) -> tuple[FrameBatch, FrameReader]:
    """What is read of a file with that content."""
    path = path / "log.blf"
    path.write_bytes(content)
    reader = read_batches(path)
    return FrameBatch.concatenate(list(reader)), reader


def read_objects(path: Path, *objects: bytes) -> tuple[FrameBatch, FrameReader]:
    """What is read of a file with these objects in one container."""
    return read(path, file_header() + container(padded(*objects)))
