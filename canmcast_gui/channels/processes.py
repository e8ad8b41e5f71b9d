"""The processes of the channels that are open: one that receives for each, and one that sends for all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Self

import numpy as np

from canmcast_gui.channels.captures import open_captures
from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.senders import SENDERS_FACTORY
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch, Source
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transmit.listener import FIRST_CHANNEL
from canmcast_gui.transmit.sender import Sender
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import RECEIVER_FACTORY

# The function that opens the receivers of channels, by name for the transmit process.
RECEIVERS_FACTORY = "canmcast_gui.channels.receivers:open_receivers"
# How long the drivers may take to accept frames that are sent once, and how often that is checked.
DRIVER_SECONDS = 5.0
POLL_SECONDS = 0.01


class SendingChannels:
    """What must run before the transmit process can send: the processes that have a driver.

    ``sender`` are the arguments of a Transmitter. Raises BusError. Also a context manager.
    """

    def __init__(self, measurement: Measurement) -> None:
        channels = measurement.validated().enabled
        with_driver = [channel for channel in channels if kind_of(channel).has_driver_process]
        opened = open_captures(with_driver) if with_driver else ()
        self._captures = {channel.number: each for channel, each in zip(with_driver, opened, strict=True)}
        self._first = channels[0].number
        self.sender = sender_arguments(measurement, lambda channel: self._captures.get(channel.number))

    def open_sender(self) -> Sender:
        """A sender in this process; its owner closes it. Raises BusError."""
        factory, settings, _receiver = self.sender
        sender: Sender = load_factory(factory)(settings)
        return sender

    def send_now(self, batch: FrameBatch) -> None:
        """Send frames, in order, in this process, and wait until the drivers have accepted them.

        Raises FrameError for a wrong frame, BusError with the reason of a driver.
        """
        sender = self.open_sender()
        try:
            sender.send_batch(batch)
            self._wait_for_drivers(batch)
        finally:
            sender.close()

    def _wait_for_drivers(self, batch: FrameBatch) -> None:
        numbers = np.where(batch.channel == 0, self._first, batch.channel)
        end = time.monotonic() + DRIVER_SECONDS
        for number, capture in self._captures.items():
            count = int(np.count_nonzero(numbers == number))
            while (counters := capture.statistics()).sent + counters.send_failures < count:
                if time.monotonic() > end:
                    raise BusError("the driver did not accept all frames in time")
                time.sleep(POLL_SECONDS)
            if counters.send_failures:
                raise BusError(
                    f"the driver did not send {counters.send_failures:,} of {count:,} frames: "
                    f"{counters.send_failure}"
                )

    def close(self) -> None:
        """End the processes. Never raises."""
        for capture in self._captures.values():
            capture.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def sender_arguments(
    measurement: Measurement, capture_of: Callable[[ChannelSettings], ProcessCapture | None]
) -> tuple[str, dict[str, Any], str]:
    """The factory of the sender of all channels, settings, and the factory of their receiver."""
    channels = measurement.enabled
    senders = [(each.number, *kind_of(each).sender(each, capture_of(each))) for each in channels]
    receivers = [(each.number, *kind_of(each).receiver(each, capture_of(each))) for each in channels]
    if measurement.multicast is not None:
        _number, factory, settings = senders[0]
        return factory, settings, RECEIVER_FACTORY
    settings = {"senders": senders, "receivers": receivers, FIRST_CHANNEL: channels[0].number}
    return SENDERS_FACTORY, settings, RECEIVERS_FACTORY


class ChannelProcesses:
    """The processes of a measurement. Starting them takes a moment and is possible in any thread.

    ``captures`` are in the order of ``channels``, the enabled ones. Raises BusError or TransmitError, and
    then leaves nothing running.
    """

    def __init__(self, measurement: Measurement) -> None:
        self.measurement = measurement.validated()
        self.channels = self.measurement.enabled
        self.captures = open_captures(self.channels)
        captures = dict(zip((channel.number for channel in self.channels), self.captures, strict=True))
        try:
            arguments = sender_arguments(self.measurement, lambda channel: captures[channel.number])
            self.transmitter = Transmitter(*arguments)
        except BaseException:
            self._shut_captures()
            raise
        self.mark_own()

    def mark_own(self) -> None:
        """Have frames of the transmit process marked Tx when they return; its addresses are known before."""
        for address, port in self.transmitter.addresses:
            for capture in self.captures:
                capture.mark_own(Source(address, port))

    def shutdown(self) -> None:
        """End all; never raises."""
        self.transmitter.shutdown()
        self._shut_captures()

    def _shut_captures(self) -> None:
        for capture in self.captures:
            capture.shutdown()
