"""The settings that the program stores between two starts: typed fields, each with a signal.

Fields hold plain JSON values. Owners of larger values convert them with frames/schema.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from msgspec import Meta
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from canmcast_gui.frames.files import close_to_others, make_private_folder, private_opener
from canmcast_gui.frames.schema import load
from canmcast_gui.frames.units import NS_PER_MINUTE
from canmcast_gui.recording import Limits

T = TypeVar("T")

MAX_RECENT = 10  # as many as a menu shows without scrolling


class Field(QObject, Generic[T]):
    """One setting. ``changed`` carries the new value, and is not emitted for an equal one."""

    changed = Signal(object)

    def __init__(self, store: QSettings, key: str, default: T, choices: tuple[T, ...] = ()) -> None:
        super().__init__(store)
        self._store = store
        self._key = key
        self._choices = choices
        self._value = self._read(default)

    @property
    def value(self) -> T:
        """The present value."""
        return self._value

    def set(self, value: T) -> None:
        """Change and store the value."""
        if value == self._value:
            return
        self._value = value
        self._store.setValue(self._key, json.dumps(value))
        self.changed.emit(value)

    def _read(self, default: T) -> T:
        """The stored value, or the default if the file contains a value that is not valid."""
        try:
            value: Any = json.loads(str(self._store.value(self._key)))
        except ValueError:
            return default
        if not isinstance(value, type(default)) or (self._choices and value not in self._choices):
            return default
        return value


class AppSettings(QObject):
    """All settings, in one readable file, by default in the user's configuration folder."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if path is None:
            path = _default_path()
            with suppress(OSError):  # problem() reports it
                make_private_folder(path.parent)
        self.path = path
        store = self._store = _open_store(path, self)
        self.decimal: Field[bool] = Field(store, "trace/decimal", False)
        self.time_mode: Field[str] = Field(
            store, "trace/time_mode", "absolute", ("absolute", "clock", "delta", "delta_id")
        )
        self.theme: Field[str] = Field(store, "window/theme", "system", ("system", "light", "dark"))
        self.trace_mode: Field[str] = Field(store, "trace/mode", "by_id", ("by_id", "chronological"))
        self.views: Field[list[dict[str, Any]]] = Field(store, "trace/views", [])
        self.filters: Field[dict[str, str]] = Field(store, "trace/filters", {})
        self.color_rules: Field[dict[str, Any]] = Field(store, "trace/colors", {})
        self.bitrate: Field[int] = Field(store, "bus/bitrate", 500_000)
        self.data_bitrate: Field[int] = Field(store, "bus/data_bitrate", 2_000_000)
        self.limits: Field[dict[str, Any]] = Field(store, "recording/limits", {})
        self.recent_files: Field[list[str]] = Field(store, "recent/files", [])
        self.recent_workspaces: Field[list[str]] = Field(store, "recent/workspaces", [])
        self.workspace: Field[str] = Field(store, "recent/workspace", "")
        self.recent_buses: Field[list[dict[str, Any]]] = Field(store, "recent/buses", [])
        self.record: Field[dict[str, Any]] = Field(store, "record/options", {})
        self.table_layouts: Field[list[dict[str, Any]]] = Field(store, "files/tables", [])
        self.databases: Field[list[str]] = Field(store, "databases", [])
        self.transmit_rows: Field[list[dict[str, Any]]] = Field(store, "transmit/rows", [])
        self.rate_limit: Field[int] = Field(store, "transmit/rate_limit", 0)
        self.transmit_sequences: Field[list[dict[str, Any]]] = Field(store, "transmit/sequences", [])

    def add_recent(self, field: Field[list[T]], entry: T) -> None:
        """Insert ``entry`` at the beginning of a list of recent entries."""
        field.set([entry, *(other for other in field.value if other != entry)][:MAX_RECENT])

    def layout(self, key: str) -> QByteArray:
        """The stored geometry or state of a window, dock or header; empty if there is none."""
        value = self._store.value(f"layout/{key}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_layout(self, key: str, state: QByteArray) -> None:
        """Store the geometry or state of a window, dock or header."""
        self._store.setValue(f"layout/{key}", state)

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def problem(self) -> str:
        """A message if settings cannot be stored, else ""."""
        if self._store.isWritable():
            return ""
        return f"Settings cannot be saved in {self.path}: changes are lost when the program ends."


def _default_path() -> Path:
    """The file in the user's configuration folder. QSettings without a path would read a file at once."""
    path = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "canmcast").fileName()
    return Path(path).with_name("canmcast") / "canmcast-gui.ini"


def _open_store(path: Path, parent: QObject) -> QSettings:
    """The settings in a file that only its user can read; in memory if the path is not a regular file.

    Qt would wait for a pipe without limit, and replace a device by a file.
    """
    with suppress(OSError):
        if path.exists() and not path.is_file() and not path.is_dir():
            # no file can be read or written in a folder that is not one
            return QSettings(str(path / path.name), QSettings.Format.IniFormat, parent)
        with open(path, "ab", opener=private_opener):
            close_to_others(path)
    return QSettings(str(path), QSettings.Format.IniFormat, parent)


GIB = 1 << 30

# More than any disk can store.
MAX_LIMITS = {"gigabytes": 100_000, "frames": 1_000_000_000_000, "minutes": 5_256_000}


@dataclass(frozen=True)
class RecordingLimits:
    """How much of a recording from a bus is kept, as users set it; None is the default or no limit."""

    gigabytes: Annotated[int, Meta(ge=1, le=MAX_LIMITS["gigabytes"])] | None = None
    frames: Annotated[int, Meta(ge=1, le=MAX_LIMITS["frames"])] | None = None
    minutes: Annotated[int, Meta(ge=1, le=MAX_LIMITS["minutes"])] | None = None

    def limits(self) -> Limits:
        """The limits for a recording."""
        age_ns = None if self.minutes is None else self.minutes * NS_PER_MINUTE
        if self.gigabytes is None:
            return Limits(most_frames=self.frames, most_age_ns=age_ns)
        return Limits(self.gigabytes * GIB, self.frames, age_ns)


def limits_from(values: Mapping[str, Any]) -> Limits:
    """The limits of a setting; values that are not valid are the default."""
    stored, _problems = load(RecordingLimits, values)
    return stored.limits()
