"""``canmcast info``: summarizes a log file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.options import EXISTING_FILE
from canmcast_gui.cli.terminal import print_line, print_note
from canmcast_gui.logfile import file_info

_LABELS = {
    "format": "format",
    "frames": "frames",
    "data_frames": "data frames",
    "error_frames": "error frames",
    "remote_frames": "remote frames",
    "fd_frames": "CAN FD frames",
    "extended_frames": "extended ids",
    "tx_frames": "sent frames",
    "channels": "channels",
    "ids": "different ids",
    "first_time_s": "first time",
    "last_time_s": "last time",
    "backwards": "backward times",
    "marks": "marks",
    "passed_over": "other events",
    "skipped": "unreadable",
}


@click.command("info")
@click.argument("file", type=EXISTING_FILE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for scripts.")
def command(file: Path, as_json: bool) -> None:
    """Summarize FILE: frames by kind, ids, channels and damage. Times in seconds, as the file gives them."""
    info = file_info(file)
    if as_json:
        print_line(json.dumps(info.as_json()))
        return
    for name, label in _LABELS.items():
        print_line(f"{label:>15}  {_text(getattr(info, name))}")
    if info.missing.places:
        print_note(f"{file.name}: {info.missing}")
    for problem in info.report:
        print_note(f"{file.name}: {problem}")


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count:,} {kind}" for kind, count in value.items()) or "0"
    if isinstance(value, float):
        return f"{value:.6f} s"
    return "–" if value is None else f"{value:,}" if isinstance(value, int) else str(value)
