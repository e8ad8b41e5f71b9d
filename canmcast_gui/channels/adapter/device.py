"""A bus of python-can as the process of a channel uses it: reads batches, sends, and tells what is wrong."""

from __future__ import annotations

import errno
import time
from collections import deque

import can
import numpy as np

from canmcast_gui.channels.adapter import socketcan
from canmcast_gui.channels.adapter.bus import end_of_driver, is_listen_only, open_bus, own_frames, reason_of
from canmcast_gui.channels.adapter.errors import ControllerState
from canmcast_gui.channels.adapter.own import ReturnedFrames
from canmcast_gui.channels.adapter.reading import MessageReader
from canmcast_gui.channels.adapter.system_socket import SystemSocket
from canmcast_gui.channels.interfaces import OwnFrames, describe
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import Flag, FrameBatch, bits
from canmcast_gui.transport.errors import BusError

# How long a driver may wait for room in its queue, where it knows a time limit, and how long a full queue of
# the system is tried again: ten frames fill that of a usual SocketCAN interface.
_SEND_SECONDS = 0.1
_RETRY_SECONDS = 0.001
# A driver that takes longer to send one frame hangs.
SEND_HANGS_SECONDS = 5.0


class Device:
    """The open bus of a channel. Raises BusError if it cannot be opened.

    read() and send() may be called from two threads. Errors of the driver do not get out of read() but as
    BusError, when the device is gone.
    """

    def __init__(self, settings: ChannelSettings) -> None:
        self.settings = settings
        self._bus = open_bus(settings)
        self._socket = SystemSocket(self._bus)
        self._own = own_frames(settings)
        self._returned = ReturnedFrames()
        self._reader: socketcan.SocketCanReader | MessageReader = (
            socketcan.SocketCanReader(self._bus, settings.number)
            if socketcan.can_read(self._bus)
            else MessageReader(self._bus, settings.number, self._returned)
        )
        self._is_listen_only = is_listen_only(settings)
        self._has_error_frames = describe(settings.kind).error_frames
        # Frames that were sent and are to be shown as sent.
        self._accepted: deque[FrameBatch] = deque()
        self._controller = ControllerState()
        # When the driver was given the frame that it has not yet taken.
        self._sending_since: float | None = None
        self.received = 0
        self.sent = 0
        self.send_failures = 0
        self.send_failure = ""

    # -- receiving ---------------------------------------------------------------------------------------

    def first_read(self, timeout: float) -> FrameBatch:
        """As read(), but does not end with an error of the driver: tries again until it reads or is gone.

        So a device that opens and never works is not reported as one that works.
        """
        batch = self.read(timeout)
        while self._reader.errors_in_a_row and not len(batch):
            batch = self.read(timeout)
        return batch

    def read(self, timeout: float) -> FrameBatch:
        """The frames that wait, and those that the driver accepted; waits up to ``timeout`` for the first.

        Raises BusError when the device is gone, or hangs while it sends.
        """
        since = self._sending_since
        if since is not None and time.monotonic() - since > SEND_HANGS_SECONDS:
            raise BusError(f"{self.settings.title} does not send: its driver does not answer")
        try:
            batch = self._reader.read(timeout)
        except Exception as error:
            raise BusError(f"{self.settings.title} does not receive: {reason_of(error)}") from error
        if len(batch):
            self._note(batch)
        batch = self._with_accepted(batch)
        self.received += len(batch)
        return batch

    def _note(self, batch: FrameBatch) -> None:
        """Learn from received frames: the state of the controller, and whether own frames return."""
        flags = batch.flags
        if self._own is OwnFrames.NOT_RETURNED and (flags & bits.TX).any():
            self._own = OwnFrames.MARKED  # more than was known about this driver
        if self._has_error_frames:
            for row in np.flatnonzero(flags & bits.ERROR).tolist():
                classes = int(batch.arbitration_id[row])
                self._controller = self._controller.after(classes, batch.payload(row))

    def _with_accepted(self, batch: FrameBatch) -> FrameBatch:
        """The frames with those that the driver has accepted, in the order of their times."""
        parts = [batch]
        while self._accepted:
            parts.append(self._accepted.popleft())
        if len(parts) == 1:
            return batch
        batch = FrameBatch.concatenate(parts)
        return batch[np.argsort(batch.timestamp_ns, kind="stable")]

    # -- sending -----------------------------------------------------------------------------------------

    def send(self, batch: FrameBatch) -> None:
        """Send frames in order; those that the driver refuses are counted, with the reason of the last."""
        accepted = np.zeros(len(batch), dtype=np.bool_)
        times = np.zeros(len(batch), dtype=np.int64)
        for row, message in enumerate(batch.to_messages()):
            accepted[row] = self._send_one(message)
            times[row] = time.time_ns()
        self.sent += int(np.count_nonzero(accepted))
        if self._own is OwnFrames.NOT_RETURNED and accepted.any():
            sent = batch[accepted].compact()
            sent.records["timestamp_ns"] = times[accepted]
            sent.records["channel"] = self.settings.number
            sent.records["flags"] |= np.uint16(Flag.TX)
            self._accepted.append(sent)

    def _send_one(self, message: can.Message) -> bool:
        message.channel = None
        if self._is_listen_only:
            self._count_failure("the channel only listens")
            return False
        if self._own is OwnFrames.UNMARKED:
            self._returned.expect(message)
        self._sending_since = time.monotonic()
        try:
            self._send_when_possible(message, self._sending_since + _SEND_SECONDS)
        except Exception as error:  # noqa: BLE001 – drivers raise anything
            self._returned.forget(message)
            self._count_failure(reason_of(error))
            return False
        finally:
            self._sending_since = None
        return True

    def _send_when_possible(self, message: can.Message, end: float) -> None:
        """Send; while the queue of the system is full, try again. A SocketCAN socket cannot be waited for."""
        while True:
            try:
                self._bus.send(message, _SEND_SECONDS)
                return
            except can.CanOperationError as error:
                if error.error_code != errno.ENOBUFS or time.monotonic() > end:
                    raise
            time.sleep(_RETRY_SECONDS)

    def _count_failure(self, reason: str) -> None:
        self.send_failure = reason
        self.send_failures += 1

    # -- state -------------------------------------------------------------------------------------------

    @property
    def refused(self) -> int:
        """What the driver delivered that is not a valid frame, and what it could not read itself."""
        return self._reader.refused

    @property
    def lost(self) -> int:
        """Lost frames that were reported: the buffer of the socket, or that of the controller, was full."""
        return self._socket.drops + self._controller.overruns

    @property
    def controller(self) -> ControllerState:
        """The state of the controller where it is known."""
        return self._controller if self._controller.state else self._controller.with_bus(self._bus)

    @property
    def stamps_on_reading(self) -> bool:
        """Whether a frame gets the time at which it is read, and so must not wait."""
        return self._reader.stamps_on_reading

    @property
    def times_text(self) -> str:
        """Where times come from, as a clause for the tool tip of the channel."""
        return self._reader.times_text

    def close(self) -> None:
        """Close the bus. May hang if the driver does."""
        self._socket.close()
        end_of_driver(self._bus.shutdown)
