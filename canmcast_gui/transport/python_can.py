"""Messages, errors and options as python-can has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import can

from canmcast_gui.frames import Source
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transport.capture.datagram_decoder import ReceivedFrame
from canmcast_gui.transport.errors import BusError, FrameError
from canmcast_gui.transport.sockets.send import SendTimeoutError


class InvalidMessageError(can.CanOperationError, ValueError):
    """A message that is not a valid CAN frame and was therefore not sent."""


class ReceivedMessage(can.Message):
    """A ``can.Message`` with its sender: ``source`` has an ``address`` and a ``port``.

    All stock peers of a host send from one port, so their source identifies the host. Each of our senders has
    its own port.
    """

    __slots__ = ("source",)

    source: Source


def as_python_can(error: BusError) -> can.CanError:
    """The error of python-can for an error of this package."""
    if isinstance(error, FrameError):
        return InvalidMessageError(str(error))
    if isinstance(error, SendTimeoutError):
        return can.CanTimeoutError(str(error))
    return can.CanOperationError(str(error))


_new_message = ReceivedMessage.__new__
# A float: the quotient of two integers would be rounded in another way than those of columns.
_NS_PER_SECOND = float(NS_PER_SECOND)


def received_message(received: ReceivedFrame) -> ReceivedMessage:
    """A message whose attributes are set one by one: ``__init__`` would take 50 % longer."""
    header, payload, peer, timestamp_ns = received
    message = _new_message(ReceivedMessage)
    message.timestamp = timestamp_ns / _NS_PER_SECOND
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


def whole_number(value: Any) -> int:
    """A whole number; in python-can's configuration files numbers are text."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise BusError(f"{value!r} is not a whole number") from None


def truth(value: Any) -> bool:
    """Whether an option is on; in python-can's configuration files it is text."""
    return value.strip().lower() in ("1", "true", "yes", "on") if isinstance(value, str) else bool(value)


def interface_text(interface: str | int | Sequence[str | int] | None) -> str | None:
    """One or several interfaces as BusSettings has them: names or indices, separated by commas."""
    if interface is None or isinstance(interface, str):
        return interface
    return ",".join(map(str, [interface] if isinstance(interface, int) else interface))
