"""The bus for python-can: UdpMulticastBus, also by ``can.Bus(interface="canmcast")``."""

from __future__ import annotations

import logging
import socket
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import can
from can import BusABC, CanProtocol
from can.typechecking import AutoDetectedConfig

from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transport.capture.datagram_decoder import ReceivedFrame
from canmcast_gui.transport.errors import BusError, FrameError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import (
    DEFAULT_GROUP_IPV4,
    DEFAULT_GROUP_IPV6,
    DEFAULT_PORT,
)
from canmcast_gui.transport.sockets.send import SendTimeoutError
from canmcast_gui.transport.statistics import BusStatistics

log = logging.getLogger(__name__)
_PYTHON_CAN_LOG = logging.getLogger("can.bus")

# How many seconds a flood of datagrams for others may delay the end of a time-out.
_PATIENCE = 0.25

# After how many seconds a thread that waits notices that its bus was closed.
_SLICE = 1.0


class InvalidMessageError(can.CanOperationError, ValueError):
    """A message that is not a valid CAN frame and was therefore not sent."""


class ReceivedMessage(can.Message):
    """A ``can.Message`` that also says who sent it: ``source`` has an ``address`` and a ``port``.

    Stock peers of one host share one port, so for them it names the host; ours have a port each.
    """

    __slots__ = ("source",)

    source: Source


class UdpMulticastBus(BusABC):
    """CAN and CAN FD frames over UDP multicast, IPv4 or IPv6, with stock python-can processes as peers.

    ``channel`` is the multicast group, ``hop_limit`` how many routers may pass a frame on (0 keeps it on
    this host), ``interface`` a name, index or address, or several (a sequence, or with commas between).
    ``receive_own_messages`` brings what this bus sent back, with ``is_rx=False``. ``fd=False`` refuses to
    send CAN FD frames and ignores received ones. ``receive_buffer`` asks for exactly that many bytes.
    Further: ``local=True`` (this host only), ``rate_limit`` (frames per second), ``can_filters``, and
    ``network_interface``, which is another name of ``interface``: with ``can.Bus`` and in configuration
    files the first one means python-can's backend.

    Messages that ``recv`` returns carry ``source``, a Source with ``address`` and ``port`` of their sender.

    Raises can.CanInitializationError where the bus cannot be opened, can.CanOperationError where it cannot
    be used, can.CanTimeoutError where sending took too long.
    """

    DEFAULT_GROUP_IPv6 = DEFAULT_GROUP_IPV6
    DEFAULT_GROUP_IPv4 = DEFAULT_GROUP_IPV4

    def __init__(
        self,
        channel: str = DEFAULT_GROUP_IPV6,
        port: int = DEFAULT_PORT,
        hop_limit: int = 1,
        receive_own_messages: bool = False,
        fd: bool = True,
        interface: str | int | Sequence[str | int] | None = None,
        receive_buffer: int | None = None,
        *,
        local: bool = False,
        rate_limit: float | None = None,
        network_interface: str | int | Sequence[str | int] | None = None,
        **kwargs: Any,
    ) -> None:
        try:
            settings = BusSettings(
                group=str(channel),
                port=_whole(port),
                interface=_interface_text(interface if network_interface is None else network_interface),
                hop_limit=_whole(hop_limit),
                fd=_truth(fd),
                local=_truth(local),
                receive_buffer=None if receive_buffer is None else _whole(receive_buffer),
                rate_limit=None if rate_limit is None else float(rate_limit),
            ).validated()
            self._receiver = Receiver(settings, keep_own=_truth(receive_own_messages))
        except BusError as error:
            raise can.CanInitializationError(str(error)) from error
        try:
            self._sender = FrameSender(settings, on_address=self._receiver.mark_own)
        except BusError as error:
            self._receiver.close()
            raise can.CanInitializationError(str(error)) from error
        self._receive_one = self._receiver.receive_one
        self._logs_messages = _PYTHON_CAN_LOG.isEnabledFor(self.RECV_LOGGING_LEVEL)
        self._can_protocol = CanProtocol.CAN_FD if settings.fd else CanProtocol.CAN_20
        self.channel_info = f"UDP multicast {settings.label()}"
        try:
            super().__init__(channel, **kwargs)
        except BaseException:
            self._close()
            raise

    # -- receiving ---------------------------------------------------------------------------------------

    def recv(self, timeout: float | None = None) -> can.Message | None:
        """The next message that the filters let through, or None after ``timeout`` seconds.

        With a timeout of 0, None means that no such message waits.
        """
        deadline = None
        while True:
            try:
                received = self._receive_one()
            except OSError as error:
                raise self._receiving_failed(error) from error
            if isinstance(received, tuple):
                message = _message(received)
                if self._filters is None or self._matches_filters(message):
                    if self._logs_messages:
                        _PYTHON_CAN_LOG.log(self.RECV_LOGGING_LEVEL, "Received: %s", message)
                    return message
            # Nothing waits, or nothing that is wanted. The time is looked at only now, and so is whether
            # messages are to be logged: both would cost a tenth of a message.
            self._logs_messages = _PYTHON_CAN_LOG.isEnabledFor(self.RECV_LOGGING_LEVEL)
            if deadline is None and timeout is not None:
                deadline = time.monotonic() + timeout
            if not self._wait(deadline, nothing_waits=received is None):
                return None

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        return self.recv(timeout), True

    def _wait(self, deadline: float | None, nothing_waits: bool) -> bool:
        """Wait for a datagram where none waits already; whether there is one, and time for it."""
        left = None if deadline is None else deadline - time.monotonic()
        if not nothing_waits:
            return left is None or left > -_PATIENCE
        try:
            # In slices, because nothing wakes a thread whose socket another one closes.
            while left is None or left > _SLICE:
                if wait_for(self.fileno(), _SLICE):
                    return True
                left = None if deadline is None else deadline - time.monotonic()
            return wait_for(self.fileno(), left)
        except (OSError, ValueError) as error:
            raise self._receiving_failed(error) from error

    def recv_batch(self, max_frames: int = 4096, timeout: float | None = None) -> FrameBatch:
        """The frames that wait, as columns; waits for the first one up to ``timeout`` seconds.

        Empty on time-out. The source column refers to ``bus.sources``.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            batch = self._filtered(self._drain(max_frames))
            if len(batch) or not self._wait(deadline, nothing_waits=True):
                return batch
            if not self._wait(deadline, nothing_waits=False):
                return batch

    def _drain(self, max_frames: int) -> FrameBatch:
        try:
            return self._receiver.drain(max_frames)
        except (OSError, ValueError) as error:
            raise self._receiving_failed(error) from error

    def _receiving_failed(self, error: Exception) -> can.CanOperationError:
        reason = "the bus is closed" if self.fileno() < 0 else str(error)
        return can.CanOperationError(f"cannot receive from {self.channel_info}: {reason}")

    def _filtered(self, batch: FrameBatch) -> FrameBatch:
        if self._filters is None or not len(batch):
            return batch
        keep = None
        for one in self._filters:
            hit = ((batch.arbitration_id ^ one["can_id"]) & one["can_mask"]) == 0
            if "extended" in one:
                hit &= batch.has(Flag.EXTENDED) == bool(one["extended"])
            keep = hit if keep is None else keep | hit
        return batch if keep is None else batch[keep]

    @property
    def sources(self) -> Any:
        """The table that the source column of ``recv_batch`` refers to."""
        return self._receiver.sources

    # -- sending -----------------------------------------------------------------------------------------

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send one message; ``timeout`` bounds how long the system may take. Only valid frames go out."""
        try:
            self._sender.send_datagram(self._encode(msg), timeout)
        except BusError as error:
            raise _as_python_can(error) from error

    def send_batch(self, frames: FrameBatch | Iterable[can.Message]) -> int:
        """Send many frames in order; returns how many. Nothing goes out where one of them is not valid."""
        try:
            if isinstance(frames, FrameBatch):
                return self._sender.send_batch(frames)
            return self._sender.send_datagrams([self._encode(message) for message in frames])
        except BusError as error:
            raise _as_python_can(error) from error

    def _encode(self, msg: can.Message) -> bytes:
        flags = (
            (1 if msg.is_extended_id else 0)
            | (2 if msg.is_remote_frame else 0)
            | (4 if msg.is_error_frame else 0)
            | (8 if msg.is_fd else 0)
            | (16 if msg.bitrate_switch else 0)
            | (32 if msg.error_state_indicator else 0)
        )
        return self._sender.encode(msg.arbitration_id, flags, msg.channel, msg.dlc, msg.data, msg.timestamp)

    # -- the rest ----------------------------------------------------------------------------------------

    def statistics(self) -> BusStatistics:
        """What was received, sent, lost and refused since the bus was opened."""
        return replace(self._receiver.statistics(), sent=self._sender.sent)

    @property
    def state(self) -> can.BusState:
        """ACTIVE, or ERROR while an interface is gone or down; ``problem`` says which."""
        return can.BusState.ERROR if self._receiver.problem else can.BusState.ACTIVE

    @state.setter
    def state(self, new_state: can.BusState) -> None:
        raise NotImplementedError("the state of a multicast bus follows its network interface")

    @property
    def problem(self) -> str | None:
        """Why nothing can arrive at the moment, as a sentence; None where all is well."""
        return self._receiver.problem

    @property
    def is_fd(self) -> bool:
        """Deprecated like stock's; see ``protocol``."""
        warnings.warn("is_fd is deprecated and superseded by protocol", DeprecationWarning, stacklevel=2)
        return self._can_protocol is CanProtocol.CAN_FD

    def fileno(self) -> int:
        """The receiving socket's file descriptor, or -1 when the bus is closed."""
        return self._receiver.fileno()

    def shutdown(self) -> None:
        """Close all sockets. Never raises, and may be called again."""
        try:
            super().shutdown()
            self._close()
        except Exception as error:  # noqa: BLE001 - promised by python-can's documentation
            log.error("the bus did not close cleanly: %s", error)

    def _close(self) -> None:
        self._sender.close()
        self._receiver.close()

    @staticmethod
    def _detect_available_configs() -> list[AutoDetectedConfig]:
        if not hasattr(socket, "IP_ADD_MEMBERSHIP"):
            return []
        return [
            {"interface": "canmcast", "channel": DEFAULT_GROUP_IPV6},
            {"interface": "canmcast", "channel": DEFAULT_GROUP_IPV4},
        ]


def _as_python_can(error: BusError) -> can.CanError:
    """Our error as one that users of python-can catch."""
    if isinstance(error, FrameError):
        return InvalidMessageError(str(error))
    if isinstance(error, SendTimeoutError):
        return can.CanTimeoutError(str(error))
    return can.CanOperationError(str(error))


_new_message = ReceivedMessage.__new__


def _message(received: ReceivedFrame) -> ReceivedMessage:
    """A message with each attribute set by hand, because ``__init__`` would take half as long again."""
    header, payload, peer, timestamp_ns = received
    message = _new_message(ReceivedMessage)
    message.timestamp = float(timestamp_ns) / NS_PER_SECOND
    message.arbitration_id = header.arbitration_id
    message.is_extended_id = header.extended
    message.is_remote_frame = header.remote
    message.is_error_frame = header.error
    message.channel = header.channel
    message.dlc = header.dlc
    message.data = bytearray(payload)
    message.is_fd = header.fd
    message.is_rx = not peer.is_own
    message.bitrate_switch = header.brs
    message.error_state_indicator = header.esi
    message.source = peer.source
    return message


def _whole(value: Any) -> int:
    """Numbers from python-can's configuration files are text."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise BusError(f"{value!r} is not a whole number") from None


def _truth(value: Any) -> bool:
    return value.strip().lower() in ("1", "true", "yes", "on") if isinstance(value, str) else bool(value)


def _interface_text(interface: str | int | Sequence[str | int] | None) -> str | None:
    if interface is None or isinstance(interface, str):
        return interface
    return ",".join(map(str, [interface] if isinstance(interface, int) else interface))
