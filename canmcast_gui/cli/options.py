"""The bus options that every command of both programs takes, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from canmcast_gui.transport.settings import BusSettings

Command = TypeVar("Command", bound=Callable[..., Any])

# Repeated here so that --help needs nothing of the transport; a test compares.
_GROUP = "ff15:7079:7468:6f6e:6465:6d6f:6d63:6173"
_PORT = 43113

_OPTIONS = (
    click.option("--group", metavar="ADDRESS", help=f"Multicast group, IPv4 or IPv6.  [default: {_GROUP}]"),
    click.option("--port", type=click.IntRange(1, 65535), metavar="N", help=f"UDP port.  [default: {_PORT}]"),
    click.option(
        "--interface", metavar="NAME", help="Network interface, by name or address.  [default: the system's]"
    ),
    click.option(
        "--hop-limit",
        type=click.IntRange(0, 255),
        metavar="N",
        help="TTL or hop limit; 0 keeps frames on this host.  [default: 1]",
    ),
    click.option(
        "--local",
        is_flag=True,
        help="This host only: the IPv4 default group, hop limit 0, frames of other hosts refused.",
    ),
    click.option("--no-fd", is_flag=True, help="Classic CAN only."),
    click.option(
        "--receive-buffer",
        type=click.IntRange(min=1),
        metavar="BYTES",
        help="Ask for exactly this socket buffer.  [default: as large as the system grants]",
    ),
)
_NAMES = ("group", "port", "interface", "hop_limit", "local", "no_fd", "receive_buffer")


def bus_options(command: Command) -> Command:
    """Add the bus options to a command; they reach it as keyword arguments named like the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def any_bus_option_given(context: click.Context) -> bool:
    """Whether the command line names any bus option."""
    return _given(context, *_NAMES)


def _given(context: click.Context, *names: str) -> bool:
    defaults = (click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)
    return any(context.get_parameter_source(name) not in (None, *defaults) for name in names)


def demo_settings_from(context: click.Context, values: Mapping[str, Any]) -> BusSettings:
    """The bus of the demonstration: one of its own, unless the options name one that others may be on.

    Raises click.UsageError for values that no bus can have.
    """
    from dataclasses import replace

    from canmcast_gui.demo.process import bus_of_its_own

    settings = bus_settings_from(values)
    if _given(context, "group", "port", "local"):
        return replace(settings, local=True).validated()
    return bus_of_its_own(settings)


def bus_settings_from(values: Mapping[str, Any]) -> BusSettings:
    """The settings that the options stand for; other names in ``values`` are left alone.

    Raises click.UsageError for values that no bus can have.
    """
    from canmcast_gui.transport.errors import BusError
    from canmcast_gui.transport.settings import BusSettings

    if values["local"] and values["hop_limit"]:
        raise click.UsageError("--local keeps frames on this host: leave --hop-limit out, or give 0")
    names = ("group", "port", "interface", "hop_limit", "receive_buffer")
    given = {name: values[name] for name in names if values[name] is not None}
    make = BusSettings.this_computer if values["local"] else BusSettings
    try:
        return make(fd=not values["no_fd"], **given).validated()
    except BusError as error:
        raise click.UsageError(str(error)) from None
