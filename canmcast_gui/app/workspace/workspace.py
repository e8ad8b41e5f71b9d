"""What a user set up, in one readable file: bus, databases, plots, transmit rows, views, colours, layout.

Not in it: what belongs to this computer or to its user's taste, such as the size of the window, the limits of
the recording, the theme and how numbers and times are written.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.workspace.paths import relative_path
from canmcast_gui.app.workspace.values import WorkspaceError, workspace_values
from canmcast_gui.app.workspace.view_setups import PlotSetup, ViewSetup
from canmcast_gui.database import Scope
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.files import NotRegularError, read_regular, within
from canmcast_gui.frames.schema import Codec, dump
from canmcast_gui.logfile.writing.temporary import Temporary
from canmcast_gui.transport.settings import BusSettings

VERSION = 1

# A workspace of thousands of transmit rows has a few MB; the rest would only fill memory.
MOST_BYTES = 64 << 20
# A workspace is read in the thread of the window, which stands still for so long at most.
PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Workspace:
    """``gauges`` are names "Message.Signal"; ``transmit_rows``, ``sequences`` and ``colors`` are plain values
    that their editors check; the bit rates are in bit/s, the limit of what is sent in frames/s, 0 for
    none; ``layout`` is text that the window understands.

    ``views``, ``colors``, the rates and ``layout`` are None in a file that was saved before it held them:
    they stay as they are.
    """

    bus: BusSettings | None = None
    databases: tuple[Path, ...] = ()
    database_scopes: Mapping[Path, Scope] = field(default_factory=dict)
    plots: tuple[PlotSetup, ...] = ()
    gauges: tuple[str, ...] = ()
    transmit_rows: tuple[dict[str, Any], ...] = ()
    views: tuple[ViewSetup, ...] | None = None
    sequences: tuple[dict[str, Any], ...] = ()
    replay: ReplaySetup = field(default_factory=ReplaySetup)
    fuzz: FuzzSetup = field(default_factory=FuzzSetup)
    colors: tuple[dict[str, Any], ...] | None = None
    bitrate: int | None = None
    data_bitrate: int | None = None
    rate_limit: int | None = None
    layout: str | None = None

    def essence(self) -> Workspace:
        """What counts as a change: all but sizes, places and how long a time the plots show just now."""
        views = None
        if self.views is not None:
            views = tuple(
                replace(view, columns=tuple((name, 0) for name, _width in view.columns))
                for view in self.views
            )
        plots = tuple(replace(plot, seconds=1.0) for plot in self.plots)
        scopes = {path: scope for path, scope in self.database_scopes.items() if not scope.is_everything}
        return replace(self, views=views, plots=plots, database_scopes=scopes, layout=None)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it whose loss a user would mind."""
        texts = any(sequence.get("text") for sequence in self.sequences)
        signals = any(plot.signals for plot in self.plots)
        rows = self.transmit_rows or not self.replay.is_empty or not self.fuzz.is_empty
        return not (self.databases or self.gauges or rows or texts or signals)


def load_workspace(path: Path) -> Workspace:
    """Read a workspace. Raises WorkspaceError; nothing is half loaded."""
    content = _content(path)
    version = content.get("canmcast_workspace") if isinstance(content, dict) else None
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise WorkspaceError(
            f"{path.name} is no workspace: it does not say canmcast_workspace. Choose another file."
        )
    if version > VERSION:
        raise WorkspaceError(f"{path.name} was saved by a newer version of this program; update to open it.")
    return Workspace(**workspace_values(path, content))


def _content(path: Path) -> Any:
    try:
        return json.loads(within(PATIENCE_SECONDS, partial(read_regular, path, MOST_BYTES)))
    except NotRegularError as error:
        raise WorkspaceError(f"{path.name} is no workspace: {error}. Choose another file.") from error
    except OSError as error:
        raise WorkspaceError(f"The workspace cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise WorkspaceError(
            f"{path.name} is no workspace: {error}. Choose a file that this program saved."
        ) from error


def save_workspace(path: Path, workspace: Workspace) -> None:
    """Write a workspace beside the old one and put it in its place. Raises WorkspaceError.

    Where ``path`` is a link, what it leads to is replaced.
    """
    try:
        text = json.dumps(_to_values(workspace, path.parent), indent=2, ensure_ascii=False)
        _put(Path(os.path.realpath(path)), text + "\n")
    except (OSError, ValueError, UserError) as error:
        raise WorkspaceError(f"The workspace was not saved: {error}") from error


def _put(path: Path, text: str) -> None:
    temporary = Temporary(path)
    try:
        with temporary.path.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace_target()
    finally:
        temporary.remove()


def _to_values(workspace: Workspace, folder: Path) -> dict[str, Any]:
    codecs = {Path: Codec(str, Path, lambda file: relative_path(file, folder))}
    values = {
        "canmcast_workspace": VERSION,
        "bus": workspace.bus.to_dict() if workspace.bus else None,
        "bitrate": workspace.bitrate,
        "data_bitrate": workspace.data_bitrate,
        "databases": [relative_path(database, folder) for database in workspace.databases],
        "database_scopes": {
            relative_path(database, folder): {
                "channels": sorted(scope.channels),
                "sources": sorted(scope.sources),
            }
            for database, scope in workspace.database_scopes.items()
            if not scope.is_everything
        },
        "plots": [plot.to_dict() for plot in workspace.plots],
        "gauges": list(workspace.gauges),
        "transmit": list(workspace.transmit_rows),
        "rate_limit": workspace.rate_limit,
        "sequences": list(workspace.sequences),
        "replay": dump(workspace.replay, codecs) or None,
        "fuzz": dump(workspace.fuzz, codecs) or None,
        "views": None if workspace.views is None else [view.to_dict() for view in workspace.views],
        "colors": None if workspace.colors is None else list(workspace.colors),
        "layout": workspace.layout,
    }
    return {name: value for name, value in values.items() if value is not None}
