"""Hypothesis strategies for datagrams: those of stock peers, and others."""

from typing import Any

import can
import msgpack
from can.interfaces.udp_multicast.utils import pack_message, unpack_message
from hypothesis import strategies as st

from canmcast_gui.frames.messages import flags_of_message
from canmcast_gui.transport.wire.codec import KEYS, WireFrame
from tests.support.messages import messages

# Values that stock peers fail on, or accept wrongly.
ODD_VALUES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(width=32)
    | st.sampled_from([0, 1, 2, 8, 9, 64, 65, 0x7FF, 0x800, 0x1FFFFFFF, 0x20000000, 700_000_000, "yes", 1.5])
    | st.text(max_size=8)
    | st.binary(max_size=70)
    | st.lists(st.integers(0, 255), max_size=8)
    | st.dictionaries(st.text(max_size=3), st.integers(0, 99), max_size=2)
)


def stock_datagrams(**kwargs: Any) -> st.SearchStrategy[bytes]:
    """The datagrams of a stock peer for valid frames."""
    return messages(**kwargs).map(pack_message)


@st.composite
def odd_maps(draw: st.DrawFn) -> bytes:
    """A map of a frame with changed values, keys or order."""
    values = msgpack.unpackb(draw(stock_datagrams()))
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=3)):
        values[key] = draw(ODD_VALUES)
    for key in draw(st.lists(st.sampled_from(KEYS), max_size=1)):
        del values[key]
    if draw(st.booleans()) and draw(st.booleans()):
        values[draw(st.sampled_from(["sequence", "is_rx", "check", ""]))] = draw(ODD_VALUES)
    if draw(st.booleans()):
        values = dict(draw(st.permutations(list(values.items()))))
    single = draw(st.booleans()) and values.get("timestamp") == 0.0
    return msgpack.packb(values, use_single_float=single)


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A stock datagram with bytes changed, inserted, removed, cut off or added."""
    data = bytearray(draw(stock_datagrams()))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["set", "insert", "delete", "cut", "append"])):
            case "set":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=3))
            case "delete":
                del data[at : at + draw(st.integers(1, 3))]
            case "cut":
                del data[at:]
            case "append":
                data += draw(st.binary(min_size=1, max_size=4))
    return bytes(data)


def datagrams() -> st.SearchStrategy[bytes]:
    """Any datagrams."""
    return stock_datagrams() | odd_maps() | mutated() | st.binary(max_size=300)


def stock_reading(datagram: bytes) -> can.Message:
    """Decode a datagram as a stock peer; raises the same errors."""
    return unpack_message(datagram, replace={"timestamp": 0.0}, check=True)


def wire_frame(message: can.Message) -> WireFrame:
    """A message in the form of the codec."""
    flags = flags_of_message(message) & 0x3F
    return WireFrame(message.arbitration_id, flags, message.channel, message.dlc, bytes(message.data))
