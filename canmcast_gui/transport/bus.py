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
from canmcast_gui.frames.bits import BRS, ERROR, ESI, EXTENDED, FD, REMOTE
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.python_can import (
    as_python_can,
    interface_text,
    received_message,
    truth,
    whole_number,
)
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6, DEFAULT_PORT
from canmcast_gui.transport.statistics import BusStatistics

log = logging.getLogger(__name__)
_PYTHON_CAN_LOG = logging.getLogger("can.bus")

# How long a flood of datagrams for others may delay the end of a time-out.
_MOST_DELAY_SECONDS = 0.25

# A waiting thread detects within this time that its bus was closed.
SLICE_SECONDS = 1.0


class UdpMulticastBus(BusABC):
    """CAN and CAN FD frames over UDP multicast, IPv4 or IPv6, with stock python-can processes as peers.

    ``channel`` is the multicast group, ``hop_limit`` the number of routers that may forward a frame (0 keeps
    it on this host), ``interface`` a name, index or address, or several (a sequence, or separated by commas).
    With ``receive_own_messages`` the bus also receives its own frames, with ``is_rx=False``. ``fd=False``
    refuses to send CAN FD frames and ignores received ones. ``receive_buffer`` requests exactly this number
    of bytes. Further options: ``local=True`` (this host only), ``rate_limit`` (frames per second),
    ``can_filters``, and ``network_interface``, another name of ``interface``: for ``can.Bus`` and
    configuration files ``interface`` is the backend of python-can.

    Messages that ``recv`` returns have a ``source``, a Source with ``address`` and ``port`` of their sender.

    Raises can.CanInitializationError if the bus cannot be opened, can.CanOperationError if it cannot be used,
    can.CanTimeoutError if sending takes too long.
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
                port=whole_number(port),
                interface=interface_text(interface if network_interface is None else network_interface),
                hop_limit=whole_number(hop_limit),
                fd=truth(fd),
                local=truth(local),
                receive_buffer=None if receive_buffer is None else whole_number(receive_buffer),
                rate_limit=None if rate_limit is None else float(rate_limit),
            ).validated()
            self._receiver = Receiver(settings, keep_own=truth(receive_own_messages))
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
        """The next message that passes the filters, or None after ``timeout`` seconds.

        With a timeout of 0, None means that no such message waits.
        """
        deadline = None
        while True:
            try:
                received = self._receive_one()
            except OSError as error:
                raise self._receiving_failed(error) from error
            if isinstance(received, tuple):
                message = received_message(received)
                if self._filters is None or self._matches_filters(message):
                    if self._logs_messages:
                        _PYTHON_CAN_LOG.log(self.RECV_LOGGING_LEVEL, "Received: %s", message)
                    return message
            # No datagram waits, or none that passes. The time and the level of the log are read only now:
            # each would take a tenth of the time of a message.
            self._logs_messages = _PYTHON_CAN_LOG.isEnabledFor(self.RECV_LOGGING_LEVEL)
            if deadline is None and timeout is not None:
                deadline = time.monotonic() + timeout
            if not self._wait(deadline, nothing_waits=received is None):
                return None

    def _recv_internal(self, timeout: float | None) -> tuple[can.Message | None, bool]:
        return self.recv(timeout), True

    def _wait(self, deadline: float | None, nothing_waits: bool) -> bool:
        """Wait for a datagram unless one waits already; returns whether there is one and time to read it."""
        left = None if deadline is None else deadline - time.monotonic()
        if not nothing_waits:
            return left is None or left > -_MOST_DELAY_SECONDS
        try:
            # In slices, because closing the socket in another thread does not wake this one.
            while left is None or left > SLICE_SECONDS:
                if wait_for(self.fileno(), SLICE_SECONDS):
                    return True
                left = None if deadline is None else deadline - time.monotonic()
            return wait_for(self.fileno(), left)
        except (OSError, ValueError) as error:
            raise self._receiving_failed(error) from error

    def recv_batch(self, max_frames: int = 4096, timeout: float | None = None) -> FrameBatch:
        """The frames that wait, as columns; waits up to ``timeout`` seconds for the first one.

        Empty on time-out. The source column refers to ``bus.sources``.
        """
        batch = self._filtered(self._drain(max_frames))
        if len(batch.records) or timeout == 0:
            return batch
        deadline = None if timeout is None else time.monotonic() + timeout
        while not len(batch) and self._wait(deadline, nothing_waits=True):
            batch = self._filtered(self._drain(max_frames))
            if not self._wait(deadline, nothing_waits=False):
                return batch
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
        if self._filters is None or not len(batch.records):
            return batch
        keep = None
        for rule in self._filters:
            passes = ((batch.arbitration_id ^ rule["can_id"]) & rule["can_mask"]) == 0
            if "extended" in rule:
                passes &= batch.has(Flag.EXTENDED) == bool(rule["extended"])
            keep = passes if keep is None else keep | passes
        return batch if keep is None else batch[keep]

    @property
    def sources(self) -> Any:
        """The table that the source column of ``recv_batch`` refers to."""
        return self._receiver.sources

    # -- sending -----------------------------------------------------------------------------------------

    def send(self, msg: can.Message, timeout: float | None = None) -> None:
        """Send one message, waiting up to ``timeout`` seconds for the system. Only valid frames are sent."""
        try:
            self._sender.send_datagram(self._encode(msg), timeout)
        except BusError as error:
            raise as_python_can(error) from error

    def send_batch(self, frames: FrameBatch | Iterable[can.Message]) -> int:
        """Send many frames in order; returns how many. If one of them is not valid, none is sent."""
        try:
            if isinstance(frames, FrameBatch):
                return self._sender.send_batch(frames)
            return self._sender.send_datagrams([self._encode(message) for message in frames])
        except BusError as error:
            raise as_python_can(error) from error

    def _encode(self, msg: can.Message) -> bytes:
        flags = (
            (EXTENDED if msg.is_extended_id else 0)
            | (REMOTE if msg.is_remote_frame else 0)
            | (ERROR if msg.is_error_frame else 0)
            | (FD if msg.is_fd else 0)
            | (BRS if msg.bitrate_switch else 0)
            | (ESI if msg.error_state_indicator else 0)
        )
        return self._sender.encode(msg.arbitration_id, flags, msg.channel, msg.dlc, msg.data, msg.timestamp)

    # -- state -----------------------------------------------------------------------------------------

    @property
    def addresses(self) -> tuple[Source, ...]:
        """The sources that other programs see of this bus, one for each interface."""
        return self._sender.addresses

    def statistics(self) -> BusStatistics:
        """Counters of received, sent, lost and refused frames since the bus was opened."""
        return replace(self._receiver.statistics(), sent=self._sender.sent)

    @property
    def state(self) -> can.BusState:
        """ACTIVE, or ERROR while an interface is missing or down; ``problem`` names it."""
        return can.BusState.ERROR if self._receiver.problem else can.BusState.ACTIVE

    @state.setter
    def state(self, new_state: can.BusState) -> None:
        raise NotImplementedError("the state of a multicast bus follows its network interface")

    @property
    def problem(self) -> str | None:
        """Why no frames can arrive at the moment, as a sentence; None if they can."""
        return self._receiver.problem

    @property
    def is_fd(self) -> bool:
        """Deprecated, as in python-can; see ``protocol``."""
        warnings.warn("is_fd is deprecated and superseded by protocol", DeprecationWarning, stacklevel=2)
        return self._can_protocol is CanProtocol.CAN_FD

    def fileno(self) -> int:
        """The receiving socket's file descriptor, or -1 when the bus is closed."""
        return self._receiver.fileno()

    def shutdown(self) -> None:
        """Close all sockets. Never raises; a second call does nothing."""
        try:
            super().shutdown()
            self._close()
        except Exception as error:  # noqa: BLE001 – python-can's documentation promises it
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
