"""``canmcast serve``: other tools use a channel over the socketcand protocol."""

from __future__ import annotations

import time
from dataclasses import asdict
from pathlib import Path

import click

from canmcast_gui.cli.bus import SUPERVISE_SECONDS
from canmcast_gui.cli.channels import channels_from, channels_option
from canmcast_gui.cli.options import duration_option, report_option
from canmcast_gui.cli.terminal import Interrupt, print_note
from canmcast_gui.frames.files import write_json
from canmcast_gui.wording import counted

# The port of socketcand; only programs of this computer reach the default address.
_PORT = 29536
_ADDRESS = "127.0.0.1"


@click.command("serve")
@channels_option("The channel to serve.")
@click.option(
    "--socketcand",
    "address",
    default=str(_PORT),
    metavar="[ADDRESS:]PORT",
    help=f"Where clients connect; without an address only from this computer.  [default: {_PORT}]",
)
@duration_option
@report_option
def command(buses: tuple[str, ...], address: str, duration: float | None, report: Path | None) -> None:
    """Serve a channel to tools that use the socketcand protocol, such as SavvyCAN and python-can.

    Stops at --duration or Ctrl+C.
    """
    from canmcast_gui.cli.socketcand.server import Server

    if len(buses) > 1:
        raise click.UsageError("one channel is served at a time: give --bus once")
    (channel,) = channels_from(buses)
    with Interrupt() as interrupt, Server(channel, parse_address(address), print_note) as server:
        host, port = server.address
        print_note(f"serving {channel.title} at {host} port {port}; press Ctrl+C to stop")
        end = None if duration is None else time.monotonic() + duration
        supervise_at = 0.0
        while not interrupt.requested and (end is None or time.monotonic() < end):
            now = time.monotonic()
            if now >= supervise_at:
                supervise_at = now + SUPERVISE_SECONDS
                server.supervise()
            server.turn(min(SUPERVISE_SECONDS, SUPERVISE_SECONDS if end is None else end - now))
        counts = server.counts
    if report is not None:
        write_json(report, asdict(counts))
    print_note(
        f"{counted(counts.clients, 'client')}, {counted(counts.forwarded, 'frame')} received, "
        f"{counts.sent:,} sent for clients"
        + (f", {counts.refused:,} refused" if counts.refused else "")
        + (f", {counted(counts.dropped_clients, 'slow client')} dropped" if counts.dropped_clients else "")
    )


def parse_address(text: str) -> tuple[str, int]:
    """The address and port of ``[ADDRESS:]PORT``, an IPv6 address in brackets. Raises click.UsageError."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isascii() or not port.isdecimal() or int(port) > 65535:
        raise click.UsageError(f"{text!r} is not an address: write PORT or ADDRESS:PORT, for example {_PORT}")
    return host or _ADDRESS, int(port)
