"""Channels for tests: what they receive, and a sender that sends through their process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import can

from canmcast_gui.channels.adapter.client import AdapterCapture
from canmcast_gui.channels.adapter.kind import Adapter
from canmcast_gui.channels.adapter.sender import AdapterSender, open_sender
from canmcast_gui.channels.settings import ChannelSettings, parse_channel
from canmcast_gui.frames import Flag, FrameBatch
from tests.support.waiting import wait_until


class OpenChannel:
    """An open channel: ``capture``, ``sender``, and in ``batches`` all that was received."""

    def __init__(self, settings: ChannelSettings, capture: AdapterCapture, sender: AdapterSender) -> None:
        self.settings = settings
        self.capture = capture
        self.sender = sender
        self.batches: list[FrameBatch] = []
        self.sentences: list[str] = []

    @property
    def frames(self) -> FrameBatch:
        """All that was received."""
        return FrameBatch.concatenate(self.batches)

    def __len__(self) -> int:
        """The number of frames that were received."""
        return sum(map(len, self.batches))

    def poll(self) -> None:
        """Do what the program does some times a second."""
        if sentence := self.capture.supervise():
            self.sentences.append(sentence)
        batch = self.capture.recv_batch()
        if len(batch):
            self.batches.append(batch)

    def receive(self, count: int, seconds: float = 10.0) -> FrameBatch:
        """Wait until ``count`` frames were received; returns all."""
        self.until(lambda: len(self) >= count, seconds)
        return self.frames

    def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Do what the program does until ``condition`` is true."""

        def is_met() -> object:
            self.poll()
            return condition()

        wait_until(is_met, seconds)

    def send(self, *messages: can.Message) -> None:
        """Send messages together."""
        self.sender.send_batch(FrameBatch.from_messages(messages))

    @property
    def rows(self) -> list[tuple[int, str, str]]:
        """Id, names of the flags and payload in hexadecimal digits of all that was received."""
        frames = self.frames
        return [
            (int(frames.arbitration_id[row]), flag_names(int(frames.flags[row])), frames.payload(row).hex())
            for row in range(len(frames))
        ]


def flag_names(flags: int) -> str:
    """The names of flags, such as "FD BRS"."""
    return " ".join(flag.name or "" for flag in Flag if flags & flag)


@contextmanager
def open_channel(text: str, number: int = 1) -> Iterator[OpenChannel]:
    """Open the channel of a text as for ``--bus``, and its sender."""
    settings = parse_channel(text, number)
    with AdapterCapture(settings) as capture:
        _factory, values = Adapter().sender(settings, capture)
        sender = open_sender(values)
        try:
            yield OpenChannel(settings, capture, sender)
        finally:
            sender.close()


def message(arbitration_id: int, data: str = "", **values: object) -> can.Message:
    """A message with an extended id if that has more than 11 bits; ``data`` in hexadecimal digits."""
    values.setdefault("is_extended_id", arbitration_id > 0x7FF)
    return can.Message(arbitration_id=arbitration_id, data=bytes.fromhex(data), check=True, **values)  # type: ignore[arg-type]
