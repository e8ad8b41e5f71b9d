"""Open a bus of python-can for a channel, and name what is missing when that fails."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import can
from can.interfaces import BACKENDS

from canmcast_gui.channels.interfaces import OwnFrames, describe, installation_of, installed_names
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.errors import BusError

# An option of python-can's configuration, not of the bus: a section of its files.
_CONTEXT = "context"
RECEIVE_OWN = "receive_own_messages"
LISTEN_ONLY = "listen_only"
FILTERS = "can_filters"
# What Python puts before the text of an error of the system.
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
_STANDARD_DIGITS, _MOST_DIGITS = 3, 8
# Parameters that these classes take without naming them (python-can 4.6).
_UNNAMED = {("kvaser", RECEIVE_OWN), ("neovi", RECEIVE_OWN), ("systec", RECEIVE_OWN)}


def open_bus(settings: ChannelSettings) -> can.BusABC:
    """The bus of a channel. Raises BusError with the reason, and with what must be installed.

    ``listen_only`` is translated to the option of the driver, and ``can_filters`` read as candump writes
    filters. Own frames are requested where the driver returns them with a mark; the options of the user come
    first.
    """
    if settings.kind not in installed_names():
        raise BusError(
            f"{settings.title}: python-can has no interface {settings.kind!r}; it has "
            f"{', '.join(installed_names())}"
        )
    options = _driver_options(settings)
    context = options.pop(_CONTEXT, None)
    try:
        return can.Bus(
            channel=_address(settings.address),
            interface=settings.kind,
            config_context=None if context is None else str(context),
            **options,
        )
    except Exception as error:
        reason = _opening_reason(settings.kind, error)
        raise BusError(f"{settings.title} cannot be opened: {reason}") from error


def own_frames(settings: ChannelSettings) -> OwnFrames:
    """What the driver does with frames that were sent through it, with these options."""
    own = describe(settings.kind).own
    if own is OwnFrames.MARKED and settings.options.get(RECEIVE_OWN) is False and _can_request(settings.kind):
        return OwnFrames.NOT_RETURNED
    return own


def is_listen_only(settings: ChannelSettings) -> bool:
    """Whether nothing may be sent on the channel."""
    return settings.options.get(LISTEN_ONLY) is True


def parse_filters(text: str) -> list[dict[str, Any]]:
    """The filters of ``ID:MASK`` in hexadecimal digits, separated by ``;``, for can.Bus.

    An id of 8 digits is an extended one, and one with up to 3 digits a standard one. Raises BusError.
    """
    filters = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        number, colon, mask = part.partition(":")
        try:
            values = {"can_id": int(number, 16), "can_mask": int(mask, 16)}
        except ValueError:
            colon = ""
        if not colon or len(number) not in (*range(1, _STANDARD_DIGITS + 1), _MOST_DIGITS):
            raise BusError(
                f"{part!r} is not a filter: write ID:MASK, for example 123:7FF or 18FF0000:1FFF0000"
            )
        filters.append({**values, "extended": len(number) == _MOST_DIGITS})
    return filters


def _driver_options(settings: ChannelSettings) -> dict[str, Any]:
    interface = describe(settings.kind)
    options: dict[str, Any] = dict(settings.options)
    if options.pop(LISTEN_ONLY, False) and interface.listen_only is not None:
        name, value = interface.listen_only
        options[name] = value
    if interface.own is OwnFrames.MARKED and _can_request(settings.kind):
        options.setdefault(RECEIVE_OWN, True)
    else:
        options.pop(RECEIVE_OWN, None)
    if FILTERS in options:
        options[FILTERS] = parse_filters(str(options[FILTERS]))
    if settings.kind == "slcan" and "data_bitrate" in options and "bitrate" in options:
        options["timing"] = _fd_timing(options.pop("bitrate"), options.pop("data_bitrate"))
    return options


def _fd_timing(bit_rate: Any, data_bit_rate: Any) -> can.BitTimingFd:
    """The driver for slcan takes both bit rates as a timing only, and uses nothing else of it."""
    try:
        return can.BitTimingFd.from_sample_point(
            f_clock=80_000_000,
            nom_bitrate=int(bit_rate),
            nom_sample_point=80.0,
            data_bitrate=int(data_bit_rate),
            data_sample_point=80.0,
        )
    except (ValueError, ZeroDivisionError) as error:
        raise BusError(f"the bit rates {bit_rate} and {data_bit_rate} are not possible: {error}") from error


def _can_request(kind: str) -> bool:
    """Whether own frames can be requested of an interface: some classes refuse unknown parameters."""
    try:
        module, name = BACKENDS[kind]
        bus_class = getattr(importlib.import_module(module), name)
        parameters = inspect.signature(bus_class.__init__).parameters
    except Exception:  # noqa: BLE001 – opening it tells why the driver cannot be imported
        return False
    return RECEIVE_OWN in parameters or (kind, RECEIVE_OWN) in _UNNAMED


def _address(text: str) -> str | int | None:
    """A number for drivers that count their channels; None to use the configuration of python-can."""
    return int(text) if text.isdecimal() else text or None


def reason_of(error: BaseException) -> str:
    """Why a driver failed, as a clause: the text of the system or of the driver, or else the type."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    text = _NUMBER.sub("", " ".join(str(error).split()))
    if isinstance(error, can.CanError):
        text = text.removesuffix(f" [Error Code {error.error_code}]")
    return text or type(error).__name__


def _opening_reason(kind: str, error: Exception) -> str:
    """Why opening failed, with what must be installed if that is the reason."""
    package, text = describe(kind).package, reason_of(error)
    if package and isinstance(error, can.CanInterfaceNotImplementedError | ImportError):
        return f"{text}; install it with: {installation_of(kind) or package}"
    if isinstance(error, can.CanInterfaceNotImplementedError | ImportError | NameError):
        return f"{text}; the driver of {describe(kind).title} is not installed"
    if isinstance(error, TypeError):
        return f"{text}; check the names of the options"
    return text


def end_of_driver(close: Callable[[], None]) -> None:
    """Call ``close`` and ignore what it raises: a device that is gone cannot be closed."""
    with suppress(Exception):
        close()
