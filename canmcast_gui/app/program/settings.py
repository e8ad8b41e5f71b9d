"""What the program remembers between two starts: typed fields, each with a signal of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from canmcast_gui.frames.files import close_to_others, make_private_folder, private_opener
from canmcast_gui.frames.units import NS_PER_MINUTE
from canmcast_gui.recording import Limits

T = TypeVar("T")

MAX_RECENT = 10  # as many as a menu shows without scrolling


class Field(QObject, Generic[T]):
    """One remembered value. ``changed`` carries the new value; setting an equal one is silent."""

    changed = Signal(object)

    def __init__(self, store: QSettings, key: str, default: T, choices: tuple[T, ...] = ()) -> None:
        super().__init__(store)
        self._store = store
        self._key = key
        self._choices = choices
        self._value = self._read(default)

    @property
    def value(self) -> T:
        """The value now."""
        return self._value

    def set(self, value: T) -> None:
        """Change and remember the value."""
        if value == self._value:
            return
        self._value = value
        self._store.setValue(self._key, json.dumps(value))
        self.changed.emit(value)

    def _read(self, default: T) -> T:
        """The stored value, or the default where a hand-edited file holds something else."""
        try:
            value: Any = json.loads(str(self._store.value(self._key)))
        except ValueError:
            return default
        if not isinstance(value, type(default)) or (self._choices and value not in self._choices):
            return default
        return value


class AppSettings(QObject):
    """All remembered values; kept in one readable file, by default in the user's configuration folder."""

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if path is None:
            path = _usual_path()
            with suppress(OSError):  # problem() says it
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
        """Put ``entry`` at the head of a list of recent things."""
        field.set([entry, *(other for other in field.value if other != entry)][:MAX_RECENT])

    def layout(self, key: str) -> QByteArray:
        """Stored geometry or state of a window, dock or header; empty where there is none."""
        value = self._store.value(f"layout/{key}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_layout(self, key: str, state: QByteArray) -> None:
        """Remember the geometry or state of a window, dock or header."""
        self._store.setValue(f"layout/{key}", state)

    def save(self) -> None:
        """Write to disk now."""
        self._store.sync()

    def problem(self) -> str:
        """A sentence where settings cannot be kept for the next start; "" where they can."""
        if self._store.isWritable():
            return ""
        return f"Settings cannot be saved in {self.path}: what is changed is forgotten at the end."


def _usual_path() -> Path:
    """The file in the user's configuration folder; asking Qt for it directly would read it."""
    place = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "canmcast").fileName()
    return Path(place).with_name("canmcast") / "canmcast-gui.ini"


def _open_store(path: Path, parent: QObject) -> QSettings:
    """The settings in a file, which only its user may read; in memory where it is no ordinary file.

    Qt would wait for a pipe without limit, and put a file in the place of a device.
    """
    with suppress(OSError):
        if path.exists() and not path.is_file() and not path.is_dir():
            # below what is no folder, nothing can be read or written
            return QSettings(str(path / path.name), QSettings.Format.IniFormat, parent)
        with open(path, "ab", opener=private_opener):
            close_to_others(path)
    return QSettings(str(path), QSettings.Format.IniFormat, parent)


GIB = 1 << 30

# Beyond what any disk holds; a hand-edited file may say more.
MOST = {"gigabytes": 100_000, "frames": 1_000_000_000_000, "minutes": 5_256_000}


def limits_from(values: Mapping[str, Any]) -> Limits:
    """The limits of "gigabytes", "frames" and "minutes"; what is missing or makes no sense is the default."""
    given = {name: _sensible(values.get(name), most) for name, most in MOST.items()}
    limits = Limits(
        most_frames=given["frames"],
        most_age_ns=None if given["minutes"] is None else given["minutes"] * NS_PER_MINUTE,
    )
    if given["gigabytes"] is None:
        return limits
    return Limits(given["gigabytes"] * GIB, limits.most_frames, limits.most_age_ns)


def _sensible(value: Any, most: int) -> int | None:
    return value if type(value) is int and 0 < value <= most else None
