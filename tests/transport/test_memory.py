"""The memory of a bus does not grow with received frames, nor with repeated opening."""

import pytest

from tests.support.fresh_process import number_from

pytestmark = pytest.mark.network


# While new ones are opened, the old ones are still there, so twice as many are open at once.
MANY_BUSES = """
import sys
from canmcast_gui.transport import UdpMulticastBus
from tests.support.long_runs import anonymous_memory

before = anonymous_memory()
for _ in range(6):
    buses = [UdpMulticastBus(local=True, port=int(sys.argv[1]), receive_buffer=10_000) for _ in range(40)]
    for bus in buses:
        bus.shutdown()
print(anonymous_memory() - before)
"""


def test_buses_that_are_opened_again_take_little_memory(network):
    assert number_from(MANY_BUSES, network.free_port()) < 2 * 40 << 20


MANY_CHANNELS = """
from can import Message
from can.interfaces.udp_multicast.utils import pack_message
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.capture.datagram_decoder import DatagramDecoder
from canmcast_gui.transport.capture.peers import PeerTable, ReceiveOptions
from canmcast_gui.transport.sockets.origins import Origins
from tests.support.long_runs import anonymous_memory

peers = PeerTable(Origins(parse_group("239.1.2.3"), False), lambda *_: True)
decoder = DatagramDecoder(peers, ReceiveOptions(own=True, fd=True))
before = anonymous_memory()
for number in range(5_000):
    message = Message(arbitration_id=1, data=b"x", channel=f"{number:04}" * 950)
    header, payload, _, _ = decoder.decode(pack_message(message), (("10.0.0.7", 1), None), 0)
    assert (header.channel, payload) == (message.channel, b"x")
print(anonymous_memory() - before)
"""


def test_long_names_of_channels_are_not_kept():
    assert number_from(MANY_CHANNELS) < 4 << 20


MANY_CHANNELS_SENT = """
from canmcast_gui.transport.wire.header_cache import Encoder
from tests.support.long_runs import anonymous_memory

encoder = Encoder(allow_fd=True)
before = anonymous_memory()
for number in range(4_000):
    encoder.encode(1, 0, f"{number:04}" * 950, 1, b"x", 1.0)
print(anonymous_memory() - before)
"""


def test_long_names_of_channels_that_are_sent_are_not_kept():
    assert number_from(MANY_CHANNELS_SENT) < 4 << 20
