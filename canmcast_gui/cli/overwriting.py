"""Asking before a file is replaced, where there is somebody to ask: scripts are not held up."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from canmcast_gui.printable import printable


def ask_before_overwriting(path: Path) -> None:
    """Ask in a terminal whether an existing file may be replaced. Raises click.Abort where it may not."""
    if path.exists() and sys.stdin.isatty():
        click.confirm(f"{printable(str(path))} is there already. Replace it?", abort=True, err=True)
