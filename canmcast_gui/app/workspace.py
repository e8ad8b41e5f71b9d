"""What a user set up, in one readable file: bus, databases, plots, transmit rows and views."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canmcast_gui.app.plot_setup import PlotSetup, plots_of
from canmcast_gui.app.view_setup import ViewSetup, setups_of
from canmcast_gui.database import Scope
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings

VERSION = 1


class WorkspaceError(Exception):
    """A workspace that cannot be read or written; the text says what, where and what to do."""


@dataclass(frozen=True)
class Workspace:
    """``gauges`` are names "Message.Signal"; ``transmit_rows`` are plain values that the editor checks.

    ``views`` are None in a file that was saved before there were any: the views stay as they are.
    """

    bus: BusSettings | None = None
    databases: tuple[Path, ...] = ()
    database_scopes: Mapping[Path, Scope] = field(default_factory=dict)
    plots: tuple[PlotSetup, ...] = ()
    gauges: tuple[str, ...] = ()
    transmit_rows: tuple[dict[str, Any], ...] = ()
    views: tuple[ViewSetup, ...] | None = None
    sequences: tuple[dict[str, Any], ...] = ()


def load_workspace(path: Path) -> Workspace:
    """Read a workspace. Raises WorkspaceError; nothing is half loaded."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WorkspaceError(f"The workspace cannot be read: {error}") from error
    except ValueError as error:
        raise WorkspaceError(
            f"{path.name} is no workspace: {error}. Choose a file that this program saved."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("canmcast_workspace"), int):
        raise WorkspaceError(
            f"{path.name} is no workspace: it does not say canmcast_workspace. Choose another file."
        )
    if content["canmcast_workspace"] > VERSION:
        raise WorkspaceError(f"{path.name} was saved by a newer version of this program; update to open it.")
    return _from_values(path, content)


def save_workspace(path: Path, workspace: Workspace) -> None:
    """Write a workspace beside the old one and put it in its place. Raises WorkspaceError."""
    values = {
        "canmcast_workspace": VERSION,
        "bus": workspace.bus.to_dict() if workspace.bus else None,
        "databases": [_relative(database, path.parent) for database in workspace.databases],
        "database_scopes": {
            _relative(database, path.parent): {
                "channels": sorted(scope.channels),
                "sources": sorted(scope.sources),
            }
            for database, scope in workspace.database_scopes.items()
            if not scope.is_everything
        },
        "plots": [plot.to_dict() for plot in workspace.plots],
        "gauges": list(workspace.gauges),
        "transmit": list(workspace.transmit_rows),
        "sequences": list(workspace.sequences),
    }
    if workspace.views is not None:
        values["views"] = [view.to_dict() for view in workspace.views]
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise WorkspaceError(f"The workspace was not saved: {error}") from error


def _from_values(path: Path, content: dict[str, Any]) -> Workspace:
    bus = _entry(path, content, "bus", (dict, type(None)))
    databases = _texts(path, content, "databases")
    rows, sequences = (_rows(path, content, name) for name in ("transmit", "sequences"))
    try:
        settings = BusSettings.from_dict(bus).validated() if bus else None
    except (BusError, TypeError) as error:
        raise WorkspaceError(f"{path.name}: bus: {error}") from error
    views = _entry(path, content, "views", (list,))
    return Workspace(
        bus=settings,
        databases=tuple(path.parent / database for database in databases),
        database_scopes=_scopes(path, _entry(path, content, "database_scopes", (dict,)) or {}),
        plots=_checked(path, "plots", plots_of, _entry(path, content, "plots", (list,)) or []),
        gauges=tuple(_texts(path, content, "gauges")),
        transmit_rows=rows,
        sequences=sequences,
        views=None if views is None else _checked(path, "views", setups_of, views),
    )


def _rows(path: Path, content: dict[str, Any], name: str) -> tuple[dict[str, Any], ...]:
    rows = _entry(path, content, name, (list,)) or []
    if not all(isinstance(row, dict) for row in rows):
        raise WorkspaceError(f"{path.name}: an entry of {name} is not a row of values. Mend or remove it.")
    return tuple(rows)


def _checked(path: Path, name: str, read: Callable[[list[Any]], Any], values: list[Any]) -> Any:
    try:
        return read(values)
    except ValueError as error:
        raise WorkspaceError(f"{path.name}: {name}: {error}. Mend or remove that entry.") from error


def _scopes(path: Path, values: dict[str, Any]) -> dict[Path, Scope]:
    scopes = {}
    for file, value in values.items():
        channels = value.get("channels", []) if isinstance(value, dict) else None
        sources = value.get("sources", []) if isinstance(value, dict) else None
        if not (
            isinstance(channels, list)
            and isinstance(sources, list)
            and all(isinstance(one, int) and 0 <= one <= 255 for one in channels)
            and all(isinstance(one, str) for one in sources)
        ):
            raise WorkspaceError(f"{path.name}: database_scopes: {file} is no scope. Mend or remove it.")
        scopes[path.parent / file] = Scope(frozenset(channels), frozenset(sources))
    return scopes


def _texts(path: Path, content: dict[str, Any], name: str) -> list[str]:
    texts = _entry(path, content, name, (list,)) or []
    if not all(isinstance(text, str) for text in texts):
        raise WorkspaceError(f"{path.name}: {name} must be a list of texts. Mend or remove it.")
    return texts


def _entry(path: Path, content: dict[str, Any], name: str, kinds: tuple[type, ...]) -> Any:
    value = content.get(name)
    if value is not None and not isinstance(value, kinds):
        raise WorkspaceError(f"{path.name}: {name} is {type(value).__name__}. Mend or remove that entry.")
    return value


def _relative(path: Path, folder: Path) -> str:
    """Relative where the file lies in or below the workspace's folder, so that both can move together."""
    absolute = path.resolve()
    return (
        str(absolute.relative_to(folder.resolve()))
        if absolute.is_relative_to(folder.resolve())
        else str(absolute)
    )
