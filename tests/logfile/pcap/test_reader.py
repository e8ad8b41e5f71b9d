"""Captures: both formats, both byte orders, all links with CAN, and damaged ones."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, read_batches

SOCKETCAN, COOKED, COOKED_2, ETHERNET = 227, 113, 276, 1


def frame(
    number: int, data: bytes = b"", flags: int = 0, raw_dlc: int = 0, length: int | None = None
) -> bytes:
    size = len(data) if length is None else length
    return struct.pack(">LBBBB", number, size, flags, 0, raw_dlc) + data


FRAMES = [
    frame(0x123, b"12345678"),
    frame(0x80000123, b"1"),
    frame(0x40000123, length=4),
    frame(0x20000004, b"errorerr"),
    frame(0x123, bytes(range(64)), 0x5),
    frame(0x80000001, b"abc", 0x6),
    frame(0x7FF, b"12345678", raw_dlc=12),
]


def check(batch: FrameBatch) -> None:
    assert batch.arbitration_id.tolist() == [0x123, 0x123, 0x123, 4, 0x123, 1, 0x7FF]
    assert batch.flags.tolist() == [
        0,
        Flag.EXTENDED,
        Flag.REMOTE,
        Flag.ERROR,
        Flag.FD | Flag.BRS,
        Flag.EXTENDED | Flag.FD | Flag.ESI,
        0,
    ]
    payloads = [b"12345678", b"1", b"", b"errorerr", bytes(range(64)), b"abc", b"12345678"]
    assert [batch.payload(row) for row in range(7)] == payloads
    assert batch.dlc.tolist() == [8, 1, 4, 8, 15, 3, 12]


def pcap(packets: list[bytes], order: str = "<", link: int = SOCKETCAN, nano: bool = False) -> bytes:
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    content = struct.pack(f"{order}LHHlLLL", magic, 2, 4, 0, 0, 65535, link)
    for row, packet in enumerate(packets):
        content += struct.pack(f"{order}LLLL", 1_700_000_000, row + 1, len(packet), len(packet)) + packet
    return content


def read(tmp_path, content: bytes):
    path = tmp_path / "capture"
    path.write_bytes(content)
    reader = read_batches(path)
    return FrameBatch.concatenate(list(reader)), reader


@pytest.mark.parametrize("nano", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_pcap(order, nano, tmp_path):
    batch, reader = read(tmp_path, pcap(FRAMES, order, nano=nano))
    check(batch)
    tick = 1 if nano else 1000
    assert batch.timestamp_ns.tolist() == [1_700_000_000 * 10**9 + (row + 1) * tick for row in range(7)]
    assert batch.channel.tolist() == [1] * 7
    assert (reader.format.name, reader.skipped, reader.progress) == ("pcap", 0, 1.0)


def cooked(packet: bytes, protocol: int, order: str, sent: bool, link: int) -> bytes:
    """A frame after the header of Linux' "any" interface: its id is in the byte order of the computer."""
    kind = 4 if sent else 0
    if link == COOKED:
        head = struct.pack(">HHH8xH", kind, 280, 0, protocol)
    else:
        head = struct.pack(">HHLHBB8x", protocol, 0, 3, 280, kind, 0)
    return head + (packet[3::-1] if order == "<" else packet[:4]) + packet[4:]


def cooked_frames(order: str, link: int, sent: bool = False) -> list[bytes]:
    return [cooked(one, 0xD if row in (4, 5) else 0xC, order, sent, link) for row, one in enumerate(FRAMES)]


@pytest.mark.parametrize("sent", [False, True])
@pytest.mark.parametrize("link", [COOKED, COOKED_2])
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_any_interface_of_linux_has_ids_in_the_byte_order_of_the_computer(order, link, sent, tmp_path):
    for content in (
        pcap(cooked_frames(order, link, sent), order, link),
        next_generation(order, link=link, packets=cooked_frames(order, link, sent)),
    ):
        batch, reader = read(tmp_path, content)
        assert (batch.has(Flag.TX) == (sent & ~batch.has(Flag.ERROR))).all()
        batch.records["flags"] &= np.uint16(0xFFFF ^ Flag.TX)
        check(batch)
        assert reader.passed_over == {}


@pytest.mark.parametrize("link", [COOKED, COOKED_2])
def test_the_protocol_of_the_any_interface_marks_can_fd(link, tmp_path):
    classic = cooked(frame(0x123, b"12345678", flags=0x4), 0xC, "<", False, link)
    fd = cooked(frame(0x124, b"12345678", flags=0x1), 0xD, "<", False, link)
    xl = cooked(struct.pack("<LBBHL", 0x100, 0x80, 3, 4, 7) + b"data", 0xE, "<", False, link)
    ip = cooked(bytes(40), 0x800, "<", False, link)
    batch, reader = read(tmp_path, pcap([classic, fd, xl, ip, xl], link=link))
    assert batch.flags.tolist() == [0, Flag.FD | Flag.BRS]
    assert batch.arbitration_id.tolist() == [0x123, 0x124]
    assert reader.passed_over == {"CAN XL frames": 2, "other packets": 1}


@pytest.mark.parametrize("padding", [0x2E, 0x7E, 0xAA, 0xFC, 0x08])
def test_padding_of_old_kernels_is_not_can_fd(padding, tmp_path):
    packets = [
        frame(0x123, b"12345678", flags=padding, raw_dlc=12),
        frame(0x124, b"123\0\0\0\0\0", flags=padding, length=3),
        frame(0x40000125, bytes(8), flags=padding, length=2),
    ]
    batch, _ = read(tmp_path, pcap(packets))
    assert batch.flags.tolist() == [0, 0, Flag.REMOTE]
    assert batch.dlc.tolist() == [8, 3, 2]  # byte 7 was padding as well
    assert [batch.payload(row) for row in range(3)] == [b"12345678", b"123", b""]


def test_72_bytes_are_can_fd_regardless_of_the_flags(tmp_path):
    batch, _ = read(tmp_path, pcap([frame(0x123, bytes(64), flags=0, length=20)]))
    assert (batch.flags.tolist(), batch.length.tolist()) == ([Flag.FD], [20])


def test_can_xl_frames_are_counted_and_not_read_as_others(tmp_path):
    xl = struct.pack(">LBBHL", 0x100, 0x81, 3, 4, 7) + b"data"
    batch, reader = read(tmp_path, pcap([xl, *FRAMES, xl]))
    check(batch)
    assert reader.passed_over == {"CAN XL frames": 2}
    with pytest.raises(FileError, match="without SocketCAN frames other than CAN XL, which is not supported"):
        read(tmp_path, pcap([xl]))


def block(kind: int, body: bytes, order: str) -> bytes:
    size = 12 + len(body)
    return struct.pack(f"{order}LL", kind, size) + body + struct.pack(f"{order}L", size)


def option(code: int, value: bytes, order: str) -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def next_generation(
    order: str,
    resolution: int | None = None,
    link: int = SOCKETCAN,
    packets: list[bytes] = FRAMES,
    names: tuple[bytes, bytes] | None = None,
) -> bytes:
    section = struct.pack(f"{order}LHHq", 0x1A2B3C4D, 1, 0, -1)
    content = block(0x0A0D0D0A, section, order)
    options = b"" if resolution is None else option(9, bytes([resolution]), order) + option(0, b"", order)
    for interface in range(2):
        name = option(2, names[interface], order) if names else b""
        content += block(1, struct.pack(f"{order}HHL", link, 0, 0) + name + options, order)
    content += block(5, bytes(20), order)
    ticks = {None: 10**6, 9: 10**9, 0x8A: 1024}[resolution]
    for row, packet in enumerate(packets):
        time = 1_700_000_000 * ticks + row
        head = struct.pack(f"{order}LLLLL", row % 2, time >> 32, time & 0xFFFFFFFF, len(packet), len(packet))
        comment = option(1, b"look here", order) + option(0, b"", order) if row == 3 else b""
        content += block(6, head + packet + bytes(-len(packet) % 4) + comment, order)
    return content


@pytest.mark.parametrize("order", ["<", ">"])
def test_interfaces_of_pcapng_are_names_of_channels(order, tmp_path):
    batch, reader = read(tmp_path, next_generation(order, names=(b"can0", b"powertrain")))
    assert batch.channel.tolist() == [1, 2, 1, 2, 1, 2, 1]
    assert reader.channel_names == {1: "can0", 2: "powertrain"}
    batch, reader = read(tmp_path, next_generation(order, names=(b"", b"\xff")))
    check(batch)
    assert reader.channel_names == {2: "\ufffd"}
    _, reader = read(tmp_path, next_generation(order))
    assert reader.channel_names == {}


@pytest.mark.parametrize("resolution", [None, 9, 0x8A])
@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng(order, resolution, tmp_path):
    batch, reader = read(tmp_path, next_generation(order, resolution))
    check(batch)
    step = {None: 1000, 9: 1, 0x8A: 10**9 / 1024}[resolution]
    start = 1_700_000_000 * 10**9
    assert batch.timestamp_ns.tolist() == [start + int(row * step) for row in range(7)]
    assert batch.channel.tolist() == [1, 2, 1, 2, 1, 2, 1]
    assert reader.marks == [Mark(3, int(batch.timestamp_ns[3]), "look here")]
    assert reader.skipped == 0


def test_sections_follow_each_other(tmp_path):
    batch, reader = read(tmp_path, next_generation("<") + next_generation(">"))
    check(batch[:7])
    check(batch[7:])
    assert reader.skipped == 0


def test_a_capture_without_can_is_reported(tmp_path):
    with pytest.raises(FileError, match="is a network capture without SocketCAN frames"):
        read(tmp_path, pcap([bytes(60)] * 5, link=ETHERNET))


def test_a_truncated_or_damaged_capture(tmp_path):
    content = pcap(FRAMES)
    batch, reader = read(tmp_path, content[:-5])
    assert len(batch) == 6
    assert reader.problems[0].endswith("the file ends within a packet")
    damaged = bytearray(next_generation("<"))
    damaged[-40:-36] = b"\xff" * 4
    read(tmp_path, bytes(damaged))
    huge = content + struct.pack("<LLLL", 1, 1, 4_000_000_000, 4_000_000_000) + bytes(100)
    batch, reader = read(tmp_path, huge)
    check(batch)
    assert reader.problems[0].endswith("not a packet")


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_damage_raises_anything_but_a_file_error(tmp_path_factory, data):
    content = bytearray(
        data.draw(st.sampled_from([pcap(FRAMES), next_generation("<"), next_generation(">")]))
    )
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=20))
    path = tmp_path_factory.mktemp("damaged") / "capture"
    path.write_bytes(content)
    try:
        for batch in read_batches(path):
            batch.to_messages()
    except FileError as error:
        assert "\n" not in str(error)
