"""The channels of commands that take --bus only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from canmcast_gui.channels.settings import ChannelSettings

Command = TypeVar("Command", bound=Callable[..., Any])

SPEC = "[NAME=]KIND:ADDRESS[,OPTION=VALUE…]"


def channels_option(text: str) -> Callable[[Command], Command]:
    """--bus, which can be repeated; its values reach the command as ``buses``."""
    return click.option("--bus", "buses", multiple=True, required=True, metavar=SPEC, help=text)


def channels_from(texts: Sequence[str]) -> tuple[ChannelSettings, ...]:
    """The channels of --bus, numbered from 1. Raises click.UsageError for invalid ones."""
    from canmcast_gui.channels.kinds import kind_of
    from canmcast_gui.channels.settings import parse_channels
    from canmcast_gui.transport.errors import BusError

    try:
        channels = parse_channels(tuple(texts))
        return tuple(kind_of(channel).checked(channel) for channel in channels)
    except BusError as error:
        raise click.UsageError(str(error)) from None
