"""``canmcast channels``: which kinds of channels there are, and which devices their drivers find."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from canmcast_gui.channels.devices import find_devices
from canmcast_gui.channels.interfaces import describe, installation_of
from canmcast_gui.channels.kinds import kind_names, title_of
from canmcast_gui.cli.terminal import print_line, print_note
from canmcast_gui.wording import counted


@click.command("channels")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
def command(as_json: bool) -> None:
    """List the kinds of channels that are installed, and the devices that their drivers find."""
    names = kind_names()
    installed = [name for name in names if not installation_of(name)]
    found = find_devices()
    for problem in found.problems:
        print_note(problem)
    devices = [(device.kind, device.address, device.description) for device in found.devices]
    if as_json:
        keys = ("kind", "address", "description")
        objects = [dict(zip(keys, device, strict=True)) for device in devices]
        print_line(json.dumps({"kinds": installed, "devices": objects}))
        return
    print_line(counted(len(installed), "kind"))
    _print_table([(name, title_of(name), "") for name in installed])
    if missing := [name for name in names if name not in installed]:
        print_line(f"{counted(len(missing), 'kind')} whose package is not installed")
        _print_table([(name, describe(name).title, installation_of(name)) for name in missing])
    print_line(
        counted(len(devices), "device") if devices else "no devices: connect one, and install its driver"
    )
    _print_table([(f"{kind}:{address}", description, "") for kind, address, description in devices])


def _print_table(lines: Sequence[tuple[str, str, str]]) -> None:
    widths = [max((len(line[column]) for line in lines), default=0) for column in range(2)]
    for first, second, third in lines:
        print_line(f"  {first:<{widths[0]}}  {second:<{widths[1]}}  {third}".rstrip())
