"""The options of the command line of the window, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canmcast_gui.transport.settings import BusSettings


@dataclass(frozen=True)
class StartOptions:
    """See ``canmcast-gui --help``. ``bus`` is None if no bus is opened at the start."""

    bus: BusSettings | None = None
    demo: bool = False
    file: Path | None = None
    databases: tuple[Path, ...] = ()
    workspace: Path | None = None
    record: Path | None = None
    quit_after: float | None = None
    report: Path | None = None
    screenshot: Path | None = None
