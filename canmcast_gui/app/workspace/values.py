"""The values in a workspace's file, checked one by one: each is taken, or refused in a sentence."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.link import MAX_RATE_LIMIT
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.workspace.paths import absolute_path
from canmcast_gui.app.workspace.view_setups import plots_of, setups_of
from canmcast_gui.database import Scope
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.schema import Codec, load
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings

MOST_BITRATE = 1_000_000_000


T = TypeVar("T")


class WorkspaceError(UserError):
    """A workspace that cannot be read or written; the text says what, where and what to do."""


def workspace_values(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    """The fields of a Workspace. Raises WorkspaceError; unknown names are ignored."""
    databases = _texts(path, content, "databases")
    views = _entry(path, content, "views", (list,))
    return {
        "bus": _bus(path, _entry(path, content, "bus", (dict,))),
        "bitrate": _bitrate(path, content, "bitrate"),
        "data_bitrate": _bitrate(path, content, "data_bitrate"),
        "rate_limit": _rate_limit(path, content),
        "databases": tuple(_file(path, "databases", database) for database in databases),
        "database_scopes": _scopes(path, _entry(path, content, "database_scopes", (dict,)) or {}),
        "plots": _checked(path, "plots", plots_of, _entry(path, content, "plots", (list,)) or []),
        "gauges": tuple(_texts(path, content, "gauges")),
        "transmit_rows": _rows(path, content, "transmit") or (),
        "sequences": _rows(path, content, "sequences") or (),
        "fuzz": _setup(path, "fuzz", FuzzSetup, _entry(path, content, "fuzz", (dict,)) or {}),
        "replay": _setup(path, "replay", ReplaySetup, _entry(path, content, "replay", (dict,)) or {}),
        "views": None if views is None else _checked(path, "views", setups_of, views),
        "colors": _rows(path, content, "colors"),
        "layout": _layout(path, _entry(path, content, "layout", (str,))),
    }


def _bus(path: Path, values: dict[str, Any] | None) -> BusSettings | None:
    if not values:
        return None
    wrong = [name for name in ("group", "interface") if not isinstance(values.get(name, ""), str | None)]
    wrong += [name for name in ("fd", "local") if not isinstance(values.get(name, True), bool)]
    if wrong:
        raise WorkspaceError(f"{path.name}: bus: {wrong[0]} is {values[wrong[0]]!r}. Mend or remove it.")
    try:
        return BusSettings.from_dict(values).validated()
    except (BusError, TypeError) as error:
        raise WorkspaceError(f"{path.name}: bus: {error}") from error


def _bitrate(path: Path, content: dict[str, Any], name: str) -> int | None:
    value: int | None = _entry(path, content, name, (int,))
    if value is not None and (isinstance(value, bool) or not 1 <= value <= MOST_BITRATE):
        raise WorkspaceError(f"{path.name}: {name}: {value} bit/s is no bit rate. Mend or remove it.")
    return value


def _rate_limit(path: Path, content: dict[str, Any]) -> int | None:
    value: int | None = _entry(path, content, "rate_limit", (int,))
    if value is not None and (isinstance(value, bool) or not 0 <= value <= MAX_RATE_LIMIT):
        raise WorkspaceError(
            f"{path.name}: rate_limit: {value} frames/s is no limit for sending. Mend or remove it."
        )
    return value


def _layout(path: Path, text: str | None) -> str | None:
    try:
        base64.b64decode(text or "", validate=True)
    except ValueError as error:
        raise WorkspaceError(f"{path.name}: layout is damaged: {error}. Remove that entry.") from error
    return text


def _rows(path: Path, content: dict[str, Any], name: str) -> tuple[dict[str, Any], ...] | None:
    rows = _entry(path, content, name, (list,))
    if rows is not None and not all(isinstance(row, dict) for row in rows):
        raise WorkspaceError(f"{path.name}: an entry of {name} is not a row of values. Mend or remove it.")
    return None if rows is None else tuple(rows)


def _checked(path: Path, name: str, read: Callable[[Any], Any], values: Any) -> Any:
    try:
        return read(values)
    except ValueError as error:
        raise WorkspaceError(f"{path.name}: {name}: {error}. Mend or remove that entry.") from error


def _setup(path: Path, name: str, cls: type[T], values: dict[str, Any]) -> T:
    codecs = {Path: Codec(str, lambda file: _file(path, name, file), str)}
    setup, problems = load(cls, values, name, codecs)
    if problems:
        raise WorkspaceError(f"{path.name}: {str(problems[0]).rstrip('.')}. Repair or remove that entry.")
    return setup


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
        place = _file(path, "database_scopes", file)
        scopes[place] = Scope(frozenset(channels), frozenset(sources))
    return scopes


def _file(path: Path, name: str, text: str) -> Path:
    """A file that the workspace names; what no file system can name is refused."""
    if not text or "\0" in text or not text.isprintable():
        raise WorkspaceError(f"{path.name}: {name}: {text!r} names no file. Mend or remove it.")
    return absolute_path(text, path.parent)


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
