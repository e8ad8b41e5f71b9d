"""The options and parameter types that commands share, and the settings of the bus options."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from canmcast_gui.wording import counted, printable

if TYPE_CHECKING:
    from canmcast_gui.channels.measurement import Measurement
    from canmcast_gui.logfile import LogPart
    from canmcast_gui.transport.settings import BusSettings

Command = TypeVar("Command", bound=Callable[..., Any])

# Seconds (also since 1970), milliseconds and frames per second: more nanoseconds do not fit in 64 bits.
_MOST = 9e9


class FiniteFloat(click.types.FloatParamType):
    """A finite number of a usable size: float() also accepts "nan" and "inf"."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; call ``fail`` if it is not usable."""
        return _finite(self, super().convert(value, param, ctx), param, ctx)


class FiniteRange(click.FloatRange):
    """A FiniteFloat within limits: FloatRange accepts "nan" for all limits."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; call ``fail`` if it is not usable."""
        return _finite(self, super().convert(value, param, ctx), param, ctx)


def _finite(kind: click.types.FloatParamType, number: float, param: Any, ctx: Any) -> float:
    if not math.isfinite(number) or abs(number) > _MOST:
        kind.fail(f"{number} is not a number up to {_MOST:,.0f}.", param, ctx)
    return number


EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)

count_option = click.option("--count", type=click.IntRange(min=1), metavar="N", help="Stop after N frames.")
duration_option = click.option(
    "--duration", type=FiniteRange(min=0), metavar="S", help="Stop after S seconds."
)


def valid_bus_filter(_context: click.Context, option: click.Parameter, text: str) -> str:
    """The text of a filter. Raises UserError with the option and an example where it is wrong.

    Names of channels are checked when the bus options are known, with check_filter() or in Listener.
    """
    check_filter(option.opts[0], text, None)
    return text


def check_filter(option: str, text: str, channels: Mapping[int, str] | None) -> None:
    """Raise UserError with the option and an example where a filter is wrong.

    ``channels`` are the names of channels by number; None if they are not known yet.
    """
    if text:
        from canmcast_gui.frames.errors import UserError
        from canmcast_gui.frames.filters import FilterError, compile_filter

        try:
            compile_filter(text, channels=channels)
        except FilterError as error:
            raise UserError(f'Invalid filter in {option}: {error}. Example: {option} "id == 0x7E8"') from None


filter_option = click.option(
    "--filter",
    "filter_text",
    default="",
    callback=valid_bus_filter,
    metavar="EXPRESSION",
    help='Only these frames, for example "id == 0x123 and data[2] & 0x80".',
)
report_option = click.option(
    "--report", type=NEW_FILE, help="Write counters as JSON to this file at the end."
)

# Repeated here so that --help does not import the transport; a test compares.
_GROUP = "ff15:7079:7468:6f6e:6465:6d6f:6d63:6173"
_PORT = 43113

_OPTIONS = (
    click.option(
        "--bus",
        multiple=True,
        metavar="[NAME=]KIND:ADDRESS[,OPTION=VALUE…]",
        help="A channel, such as multicast:239.74.163.2 or socketcan:can0,fd=true. Repeatable.",
    ),
    click.option("--group", metavar="ADDRESS", help=f"Multicast group, IPv4 or IPv6.  [default: {_GROUP}]"),
    click.option("--port", type=click.IntRange(1, 65535), metavar="N", help=f"UDP port.  [default: {_PORT}]"),
    click.option(
        "--interface", metavar="NAME", help="Network interface, by name or address.  [default: the system's]"
    ),
    click.option(
        "--hop-limit",
        type=click.IntRange(0, 255),
        metavar="N",
        help="TTL or hop limit; 0 keeps frames on this computer.  [default: 1]",
    ),
    click.option(
        "--local",
        is_flag=True,
        help="This computer only: IPv4 default group, hop limit 0; frames of others are refused.",
    ),
    click.option("--no-fd", is_flag=True, help="Classic CAN only."),
    click.option(
        "--receive-buffer",
        type=click.IntRange(min=1),
        metavar="BYTES",
        help="Request exactly this socket buffer size.  [default: as large as the system grants]",
    ),
)
_NAMES = ("bus", "group", "port", "interface", "hop_limit", "local", "no_fd", "receive_buffer")


def bus_options(command: Command) -> Command:
    """Add the bus options to a command; they reach it as keyword arguments named like the options."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def without_bus_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """The other options of a command that takes the bus options."""
    return {name: value for name, value in values.items() if name not in _NAMES}


def any_bus_option_given(context: click.Context) -> bool:
    """Whether the command line names any bus option."""
    return _given(context, *_NAMES)


def _given(context: click.Context, *names: str) -> bool:
    defaults = (click.core.ParameterSource.DEFAULT, click.core.ParameterSource.DEFAULT_MAP)
    return any(context.get_parameter_source(name) not in (None, *defaults) for name in names)


def demo_settings_from(context: click.Context, values: Mapping[str, Any]) -> BusSettings:
    """The bus of the demonstration: a private one, unless the options name a bus that others can share.

    Raises click.UsageError for invalid values.
    """
    from dataclasses import replace

    from canmcast_gui.demo.process import bus_of_its_own

    settings = bus_settings_from(values)
    if _given(context, "bus", "group", "port", "local"):
        return replace(settings, local=True).validated()
    return bus_of_its_own(settings)


def bus_settings_from(values: Mapping[str, Any]) -> BusSettings:
    """The settings of the bus options for what needs a multicast bus; other ``values`` are ignored.

    Raises click.UsageError for invalid values, and for channels of another kind.
    """
    from canmcast_gui.transport.errors import BusError
    from canmcast_gui.transport.settings import BusSettings

    if values["bus"]:
        bus = measurement_from(values).multicast
        if bus is None:
            raise click.UsageError("this needs a single multicast channel: --bus multicast:ADDRESS")
        return bus
    if values["local"] and values["hop_limit"]:
        raise click.UsageError("--local keeps frames on this computer: omit --hop-limit, or use 0")
    names = ("group", "port", "interface", "hop_limit", "receive_buffer")
    given = {name: values[name] for name in names if values[name] is not None}
    make = BusSettings.this_computer if values["local"] else BusSettings
    try:
        return make(fd=not values["no_fd"], **given).validated()
    except BusError as error:
        raise click.UsageError(str(error)) from None


def channel_option(text: str) -> Callable[[Command], Command]:
    """The option ``--channel``; the command gives its value to open_channel()."""
    from canmcast_gui.channels.settings import MOST_CHANNELS

    return click.option("--channel", type=click.IntRange(1, MOST_CHANNELS), metavar="N", help=text)


def open_channel(measurement: Measurement, number: int | None) -> int | None:
    """The number of ``--channel`` after a check that this channel is open."""
    from canmcast_gui.channels.settings import not_open_text

    numbers = [channel.number for channel in measurement.enabled]
    if number is not None and number not in numbers:
        raise click.UsageError(not_open_text(number, numbers))
    return number


def measurement_from(values: Mapping[str, Any]) -> Measurement:
    """The channels of ``--bus``, or else the multicast bus of the other bus options.

    Raises click.UsageError for invalid values.
    """
    from canmcast_gui.channels.measurement import Measurement
    from canmcast_gui.channels.settings import parse_channels
    from canmcast_gui.transport.errors import BusError

    if not values["bus"]:
        return Measurement.of_bus(bus_settings_from(values))
    given = [name for name in _NAMES if name != "bus" and values[name] not in (None, False)]
    if given:
        raise click.UsageError(
            f"--bus and --{given[0].replace('_', '-')} cannot be combined: write all settings into --bus, "
            "for example multicast:239.74.163.2,port=43113,interface=eth0"
        )
    try:
        return Measurement.of(parse_channels(values["bus"])).validated()
    except BusError as error:
        raise click.UsageError(str(error)) from None


def format_option(command: Command) -> Command:
    """Add --format, the log format to write, to a command; the list of formats is imported only here."""
    from canmcast_gui.logfile.formats import FORMATS

    names = [log_format.name for log_format in FORMATS if log_format.can_write]
    text = "Format to write.  [default: by the suffix]"
    return click.option("--format", type=click.Choice(names), help=text)(command)


def log_parts(files: Sequence[Path], offsets: Sequence[float]) -> list[LogPart]:
    """Each file with its --offset in seconds; the files without one have 0.

    Raises click.UsageError for more offsets than files.
    """
    from canmcast_gui.frames.units import NS_PER_SECOND
    from canmcast_gui.logfile import LogPart

    if len(offsets) > len(files):
        raise click.UsageError(f"--offset is given {len(offsets)} times for {counted(len(files), 'file')}")
    each = [*offsets, *[0.0] * (len(files) - len(offsets))]
    return [LogPart(path, round(offset * NS_PER_SECOND)) for path, offset in zip(files, each, strict=True)]


def ask_before_overwriting(path: Path) -> None:
    """Ask in a terminal whether an existing file may be replaced; scripts are not asked.

    Raises click.Abort if it may not.
    """
    if path.exists() and sys.stdin.isatty():
        click.confirm(f"{printable(str(path))} already exists. Replace it?", abort=True, err=True)
