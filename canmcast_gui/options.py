"""The options of the command line of the window, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from canmcast_gui.channels.measurement import Measurement
    from canmcast_gui.transport.settings import BusSettings


@dataclass(frozen=True)
class StartOptions:
    """See ``canmcast-gui --help``. ``bus`` is None if none is opened at the start, ``demo`` the
    bus of the demonstration."""

    bus: Measurement | None = None
    demo: BusSettings | None = None
    file: Path | None = None
    databases: tuple[Path, ...] = ()
    workspace: Path | None = None
    record: Path | None = None
    quit_after: float | None = None
    report: Path | None = None
    screenshot: Path | None = None
