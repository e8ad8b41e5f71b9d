"""A minute of randomly damaged datagrams, through all decoders and through real sockets."""

import random
import time

import can
import msgpack
import numpy as np
import pytest
from can.interfaces.udp_multicast.utils import pack_message

from canmcast_gui.frames import FRAME_DTYPE
from canmcast_gui.transport import FrameSender, UdpMulticastBus
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.wire.batch_codec import decode_columns
from canmcast_gui.transport.wire.codec import KEYS, MAX_DATAGRAM, Refusal, WireFrame, decode
from canmcast_gui.transport.wire.templates import ROWS, WIDTH
from tests.support.long_runs import SECONDS, anonymous_memory, rounds, seeded
from tests.support.network import Network
from tests.support.waiting import wait_until
from tests.transport.datagrams import stock_reading, wire_frame
from tests.transport.wire.test_header_cache import Decoder

pytestmark = pytest.mark.long

ODD = [None, True, False, 0, 1, 8, 9, 64, 65, 0x7FF, 0x800, 2**29, 2**32, 2**64 - 1, -1, 700_000_000, 0.5]
ODD += [
    float("nan"),
    "",
    "yes",
    "x" * 300,
    b"",
    bytes(9),
    bytes(65),
    bytes(3000),
    [],
    [0] * 8,
    {},
    {"data": 1},
]

# What decoding may keep for good: tables of what was seen, each with its own bound.
GROWTH = 48 * 2**20


def good(chance: random.Random) -> bytes:
    """A datagram of a stock peer."""
    fd, remote = chance.random() < 0.3, chance.random() < 0.1
    size = chance.choice([0, 1, 8, 12, 64]) if fd else chance.randint(0, 8)
    extended = chance.random() < 0.5
    return pack_message(
        can.Message(
            arbitration_id=chance.getrandbits(29 if extended else 11),
            is_extended_id=extended,
            is_fd=fd,
            is_remote_frame=remote and not fd,
            is_error_frame=not remote and chance.random() < 0.05,
            bitrate_switch=fd and chance.random() < 0.5,
            data=None if remote and not fd else chance.randbytes(size),
            dlc=min(size, 8) if remote and not fd else None,
            channel=chance.choice([None, None, 0, 3, 200, "vcan0"]),
            timestamp=chance.choice([0.0, chance.random() * 2e9]),
        )
    )


def damaged(chance: random.Random) -> bytes:
    """Damaged datagrams: bytes changed, inserted, removed, cut off; other values; random bytes."""
    data = bytearray(good(chance))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(7):
            case 0:
                data[at : at + 1] = chance.randbytes(1)
            case 1:
                data[at:at] = chance.randbytes(chance.randint(1, 5))
            case 2:
                del data[at : at + chance.randint(1, 5)]
            case 3:
                del data[at:]
            case 4:
                data[at:] = good(chance)[at:]
            case 5:
                data = bytearray(with_odd_values(chance))
            case _:
                data = bytearray(chance.randbytes(chance.choice([1, 12, 160, 256, 700])))
    return bytes(data[:MAX_DATAGRAM])


def with_odd_values(chance: random.Random) -> bytes:
    """A map of a frame with one to three other values, and sometimes another key or order."""
    values = msgpack.unpackb(good(chance))
    for key in chance.sample(KEYS, chance.randint(1, 3)):
        values[key] = chance.choice(ODD)
    if chance.random() < 0.2:
        values[chance.choice(["seq", "", "is_rx"])] = values.pop(chance.choice(list(values)))
    if chance.random() < 0.2:
        values = dict(chance.sample(list(values.items()), len(values)))
    return msgpack.packb(values)


def some_of_both(chance: random.Random, count: int) -> list[bytes]:
    """A number of datagrams, none of them empty, because not all systems count those."""
    found = (good(chance) if chance.random() < 0.5 else damaged(chance) for _ in range(2 * count))
    return [datagram for datagram in found if datagram][:count]


def test_every_way_of_decoding_agrees_with_stock_or_refuses():
    chance, decoder = seeded(), Decoder()
    frames = refusals = 0
    before = None
    for elapsed in rounds(SECONDS / 2):
        if before is None and elapsed > SECONDS / 10:
            before = anonymous_memory()
        some = some_of_both(chance, ROWS)
        results = [decode(datagram) for datagram in some]
        for datagram, result in zip(some, results, strict=True):
            assert decoder.decode(datagram) == result, datagram
            if isinstance(result, WireFrame):
                frames += 1
                assert wire_frame(stock_reading(datagram)) == result, datagram
            else:
                refusals += 1
                assert isinstance(result, Refusal), datagram
        columns_agree(some, results)
    assert frames and refusals
    assert before is not None and anonymous_memory() - before < GROWTH


def columns_agree(some: list[bytes], results: list[WireFrame | Refusal]) -> None:
    """Columns decode as the codec does, or leave datagrams to it."""
    matrix = np.zeros((len(some), WIDTH), dtype=np.uint8)
    for row, datagram in zip(matrix, some, strict=True):
        row[: len(datagram)] = np.frombuffer(datagram[:WIDTH], dtype=np.uint8)
    records = np.zeros(len(some), dtype=FRAME_DTYPE)
    done, _ = decode_columns(matrix, np.array([len(datagram) for datagram in some]), records)
    for row in np.flatnonzero(done):
        result, record = results[row], records[row]
        assert isinstance(result, WireFrame), some[row]
        assert (record["arbitration_id"], record["flags"]) == (result.arbitration_id, result.flags)
        assert (record["length"], record["data"].tobytes()) == (
            len(result.data),
            result.data[:8].ljust(8, b"\0"),
        )


@pytest.mark.network
def test_a_bus_and_its_notifier_survive_and_count_every_datagram(network: Network):
    chance = seeded()
    settings = BusSettings.this_computer(port=network.free_port())
    received: list[can.Message] = []
    options = {"channel": settings.group, "port": settings.port, "hop_limit": 0, "local": True}
    with UdpMulticastBus(**options) as threaded, UdpMulticastBus(**options) as batches:
        notifier = can.Notifier(threaded, [received.append], timeout=0.05)
        sender = FrameSender(settings)
        sent = in_batches = 0
        for _ in rounds(SECONDS / 2):
            some = some_of_both(chance, 100)  # half of what the usual receive buffer holds
            sender.send_datagrams(some)
            sent += len(some)
            deadline = time.monotonic() + 20
            while counted(threaded) < sent or counted(batches) < sent:
                in_batches += len(batches.recv_batch(timeout=0.01))
                assert time.monotonic() < deadline, "datagrams were neither received nor counted"
        sender.close()
        wait_until(lambda: len(received) == threaded.statistics().received)
        notifier.stop()
        assert notifier.exception is None
        assert len(received) == in_batches == batches.statistics().received > 0
        assert threaded.statistics().malformed == batches.statistics().malformed > 0
        assert threaded.statistics().malformed_by_kind == batches.statistics().malformed_by_kind


def counted(bus: UdpMulticastBus) -> int:
    """The number of datagrams that a bus has counted."""
    counts = bus.statistics()
    return counts.received + counts.malformed + counts.dropped_kernel
