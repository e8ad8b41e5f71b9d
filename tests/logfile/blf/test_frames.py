"""Objects that are frames: all types, header versions and units of time, and damaged ones."""

import struct

import numpy as np
import pytest

from canmcast_gui.frames import Flag
from tests.logfile.blf.files import blf_object, message, read_objects


@pytest.mark.parametrize("version", [1, 2, 3])
def test_header_versions_and_units_of_time(version, tmp_path):
    batch, reader = read_objects(
        tmp_path, blf_object(1, message(), 123, version), blf_object(1, message(), 123, version, unit=1)
    )
    assert (batch.timestamp_ns - reader.start_ns).tolist() == [123, 1_230_000]
    assert [batch.payload(row) for row in range(2)] == [b"12345678"] * 2
    assert reader.skipped == 0


@pytest.mark.parametrize("kind", [1, 86])
def test_classic_frames(kind, tmp_path):
    rest = bytes(8) if kind == 86 else b""
    batch, _ = read_objects(
        tmp_path,
        blf_object(kind, message(2, 0x01, 3, 0x80000123) + rest),
        blf_object(kind, message(300, 0x80, 8) + rest),
        blf_object(kind, message(1, 0, 15) + rest),
    )
    assert batch.channel.tolist() == [2, 0, 1]
    assert batch.flags.tolist() == [Flag.EXTENDED | Flag.TX, Flag.REMOTE, 0]
    assert batch.arbitration_id.tolist() == [0x123] * 3
    assert batch.dlc.tolist() == [3, 8, 15]
    assert [batch.payload(row) for row in range(3)] == [b"123", b"", b"12345678"]
    assert batch.data[0].tobytes() == b"123\0\0\0\0\0"


def fd(valid: int, flags: int = 0x3, dlc: int = 15) -> bytes:
    return struct.pack("<HBBLLBBBBL", 1, 1, dlc, 0x80000321, 0, 0, flags, valid, 0, 0)


def test_fd_frames_of_120_and_116_bytes_and_shorter_ones(tmp_path):
    data = bytes(range(64))
    batch, reader = read_objects(
        tmp_path,
        blf_object(100, fd(64) + data + bytes(4)),
        blf_object(100, fd(64, 0x7) + data),
        blf_object(100, fd(12, 0x1, 9) + data[:12]),
        blf_object(100, fd(12, 0x0, 8) + data[:5]),
    )
    assert reader.skipped == 0
    own = Flag.EXTENDED | Flag.TX
    assert batch.flags.tolist() == [
        own | Flag.FD | Flag.BRS,
        own | Flag.FD | Flag.BRS | Flag.ESI,
        own | Flag.FD,
        own,
    ]
    assert batch.dlc.tolist() == [15, 15, 9, 9]
    assert [batch.payload(row) for row in range(4)] == [data, data, data[:12], data[:5] + bytes(7)]


def fd64(valid: int, data: bytes, flags: int = 0x1000, direction: int = 0, extra: int = 0) -> bytes:
    head = struct.pack(
        "<BBBBLLLLLLLHBBL", 7, 15, valid, 0, 0x1A9, 0, flags, 0, 0, 0, 0, 0, direction, extra, 0
    )
    return head + data


def test_fd64_frames_with_an_incomplete_payload(tmp_path):
    data = bytes(range(1, 65))
    batch, _ = read_objects(
        tmp_path,
        blf_object(101, fd64(64, data, 0x7000)),
        blf_object(101, fd64(64, data[:48], direction=1)),
        blf_object(101, fd64(64, data + b"more", extra=72 + 32)),
        blf_object(101, fd64(8, data[:8], 0x10)),
    )
    payloads = [batch.payload(row) for row in range(4)]
    assert payloads == [data, data[:48] + bytes(16), data[:32] + bytes(32), b""]
    assert batch.channel.tolist() == [7] * 4
    assert batch.flags.tolist() == [
        Flag.FD | Flag.BRS | Flag.ESI,
        Flag.FD | Flag.TX,
        Flag.FD,
        Flag.REMOTE,
    ]


def test_error_frames_of_all_kinds(tmp_path):
    ext = struct.pack("<HHLBBBBLLHH8s", 2, 0, 0, 0, 0, 4, 0, 0, 0x80000055, 0, 0, b"abcdefgh")
    fd_error = struct.pack("<BBBBHHHBBL", 3, 0, 64, 0, 0, 0, 0, 0, 0, 0x77).ljust(44, b"\0") + bytes(64)
    batch, _ = read_objects(
        tmp_path, blf_object(2, struct.pack("<HHL", 1, 0, 0)), blf_object(73, ext), blf_object(104, fd_error)
    )
    assert batch.channel.tolist() == [1, 2, 3]
    assert batch.flags.tolist() == [Flag.ERROR, Flag.ERROR | Flag.EXTENDED, Flag.ERROR]
    assert batch.arbitration_id.tolist() == [0, 0x55, 0x77]
    assert [batch.payload(row) for row in range(3)] == [b"", b"abcd", b""]


def test_kinds_in_any_order_keep_their_order(tmp_path):
    random = np.random.default_rng(2)
    objects, expected = [], []
    for number in range(500):
        size = int(random.integers(0, 65))
        data = random.integers(0, 256, size, dtype=np.uint8).tobytes()
        objects.append(
            (
                blf_object(1, message(number=number, dlc=min(8, size), data=data[:8]), number),
                blf_object(1, message(number=number, dlc=min(8, size), data=data[:8]), number, version=2),
                blf_object(101, fd64(size, data), number),
                blf_object(100, fd(size, 1) + data.ljust(68, b"\0"), number),
                blf_object(65, struct.pack("<LLLL", 0, 0, size, 0) + bytes(size), number),
            )[number % 5]
        )
        if number % 5 < 4:
            expected.append((number, data[:8] if number % 5 < 2 else data))
    batch, reader = read_objects(tmp_path, *objects)
    assert reader.skipped == 0
    times = (batch.timestamp_ns - reader.start_ns).tolist()
    assert [(time, batch.payload(row)) for row, time in enumerate(times)] == expected


def test_objects_that_are_too_short_or_too_late_are_reported(tmp_path):
    batch, reader = read_objects(
        tmp_path,
        blf_object(1, b"1234"),
        blf_object(1, message(), 2**63),
        blf_object(1, message(), 2**60, unit=1),
        blf_object(1, message(number=7)),
    )
    assert batch.arbitration_id.tolist() == [7]
    assert reader.skipped == 3
    assert any("too short for its type" in problem for problem in reader.problems)
    assert any("timestamp out of range" in problem for problem in reader.problems)


def test_a_payload_that_looks_like_an_object_is_one(tmp_path):
    trap = blf_object(1, message())[:8]
    batch, reader = read_objects(
        tmp_path, *(blf_object(1, message(number=number, data=trap)) for number in range(50))
    )
    assert batch.arbitration_id.tolist() == list(range(50))
    inner = blf_object(1, message(number=0x7FF))
    batch, reader = read_objects(
        tmp_path, blf_object(100, fd(64) + inner + bytes(20)), *[blf_object(1, message())] * 20
    )
    assert len(batch) == 21
    assert batch.payload(0).startswith(b"LOBJ")
    assert reader.skipped == 0
