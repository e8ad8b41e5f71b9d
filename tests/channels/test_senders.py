"""The sender of all channels."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from canmcast_gui.channels.senders import ChannelSender, open_senders
from canmcast_gui.frames import FrameBatch, Source, bits
from canmcast_gui.transport.errors import BusError, FrameError
from tests.channels.channel import message


class OneChannel:
    """A sender that keeps the ids of what it sent; it refuses CAN FD frames, and can be made to fail."""

    def __init__(self, port: int = 0) -> None:
        self.sent: list[int] = []
        self.fails = False
        self.addresses = (Source("127.0.0.1", port),) if port else ()

    def _send(self, ids: Sequence[int]) -> int:
        if self.fails:
            raise BusError("the cable is cut")
        self.sent += ids
        return len(ids)

    def send_batch(self, batch: FrameBatch) -> int:
        return self.send_encoded(self.encode_ahead(batch), 0, len(batch))

    def encode(
        self, arbitration_id: int, flags: int, channel: int | None, dlc: int, data: bytes, timestamp: float
    ) -> bytes:
        assert channel is None
        return arbitration_id.to_bytes(4, "big")

    def send_datagram(self, datagram: bytes) -> None:
        self._send([int.from_bytes(datagram, "big")])

    def send_datagrams(self, datagrams: Sequence[bytes]) -> int:
        return self._send([int.from_bytes(one, "big") for one in datagrams])

    def encode_ahead(self, batch: FrameBatch) -> list[int]:
        assert not batch.channel.any()
        if (batch.flags & bits.FD).any():
            raise FrameError("no CAN FD here")
        ids: list[int] = batch.arbitration_id.tolist()
        return ids

    def send_encoded(self, encoded: list[int], start: int, stop: int) -> int:
        return self._send(encoded[start:stop])


@pytest.fixture
def parts() -> dict[int, OneChannel]:
    """The senders of the channels 2 and 5."""
    return {2: OneChannel(7), 5: OneChannel()}


@pytest.fixture
def sender(parts: dict[int, OneChannel]) -> ChannelSender:
    """The sender of both."""
    return ChannelSender(parts)


def batch(*channels: int, fd: Sequence[int] = ()) -> FrameBatch:
    """Frames whose ids count from 0, on these channels; the rows ``fd`` are CAN FD frames."""
    made = FrameBatch.from_messages([message(row, is_fd=row in fd) for row in range(len(channels))])
    made.records["channel"] = channels
    return made


def test_the_channel_of_a_frame_chooses(sender: ChannelSender, parts: dict[int, OneChannel]) -> None:
    """Those without one go to the first; the order of each channel is kept."""
    frames = batch(5, 2, 0, 5, 2)
    assert sender.send_batch(frames) == 5
    assert (parts[2].sent, parts[5].sent) == ([1, 2, 4], [0, 3])
    assert frames.channel.tolist() == [5, 2, 0, 5, 2]
    assert sender.addresses == (Source("127.0.0.1", 7),)


def test_single_frames(sender: ChannelSender, parts: dict[int, OneChannel]) -> None:
    """Their channels count from 0, as those of python-can."""
    datagrams = [
        sender.encode(number, 0, channel, 0, b"", 0.0) for number, channel in enumerate((4, None, 1, 4))
    ]
    assert sender.send_datagrams(datagrams) == 4
    sender.send_datagram(datagrams[0])
    assert (parts[2].sent, parts[5].sent) == ([1, 2], [0, 3, 0])


def test_parts_of_encoded_frames(sender: ChannelSender, parts: dict[int, OneChannel]) -> None:
    """Rows are those of the batch."""
    encoded = sender.encode_ahead(batch(5, 2, 5, 5, 2, 2))
    assert sender.send_encoded(encoded, 0, 3) == 3
    assert (parts[2].sent, parts[5].sent) == ([1], [0, 2])
    assert sender.send_encoded(encoded, 3, 6) == 3
    assert (parts[2].sent, parts[5].sent) == ([1, 4, 5], [0, 2, 3])


def test_a_channel_that_is_not_open_is_named(sender: ChannelSender, parts: dict[int, OneChannel]) -> None:
    """Before any frame is sent; so is a frame that is not possible on its channel."""
    with pytest.raises(FrameError, match="channel 3 is not open; open channels: 2, 5"):
        sender.send_batch(batch(2, 5, 3))
    with pytest.raises(FrameError, match="channel 1 is not open"):
        sender.encode(1, 0, 0, 0, b"", 0.0)
    with pytest.raises(FrameError, match="no CAN FD here"):
        sender.send_batch(batch(2, 5, fd=[1]))
    assert (parts[2].sent, parts[5].sent) == ([], [])


def test_the_only_channel_sends_no_frames_of_another() -> None:
    """Their channel is named, as with several channels."""
    driver = {"address": "", "title": "slcan:/dev/ttyACM0", "fd": False}
    sender = open_senders({"senders": [[1, "canmcast_gui.channels.adapter.sender:open_sender", driver]]})
    with pytest.raises(FrameError, match="channel 2 is not open; open channels: 1"):
        sender.encode(1, 0, 1, 0, b"", 0.0)
    with pytest.raises(FrameError, match="channel 2 is not open; open channels: 1"):
        sender.encode_ahead(batch(0, 1, 2))
    assert sender.encode(1, 0, None, 0, b"", 0.0) == sender.encode(1, 0, 0, 0, b"", 0.0)
    assert sender.addresses == ()


def test_a_channel_that_fails_does_not_stop_the_others(
    sender: ChannelSender, parts: dict[int, OneChannel]
) -> None:
    """Its error is raised when they have sent."""
    parts[2].fails = True
    with pytest.raises(BusError, match="the cable is cut"):
        sender.send_batch(batch(2, 5, 2, 5))
    with pytest.raises(BusError, match="the cable is cut"):
        sender.send_datagrams(
            [sender.encode(number, 0, number % 2 * 3 + 1, 0, b"", 0.0) for number in (10, 11)]
        )
    with pytest.raises(BusError, match="the cable is cut"):
        sender.send_encoded(sender.encode_ahead(batch(2, 5)), 0, 2)
    assert parts[5].sent == [1, 3, 11, 1]
