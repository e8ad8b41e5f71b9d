"""The settings that the program stores between two starts: typed values, each with a signal.

An owner of settings declares each as a ``Setting`` with a type that ``frames/schema`` converts. A stored
value that does not fit is not used; ``AppSettings.bad_values`` reports all of them in one message.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta
from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames.files import close_to_others, make_private_folder, private_opener
from canmcast_gui.frames.schema import Codec, Problem, dump_value, load, load_value
from canmcast_gui.frames.units import NS_PER_MINUTE
from canmcast_gui.recording import Limits
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.wording import counted, were

T = TypeVar("T")

MAX_RECENT = 10  # as many as a menu shows without scrolling
MAX_BITRATE = 1_000_000_000

# More than any disk can store.
MAX_LIMITS = {"gigabytes": 100_000, "frames": 1_000_000_000_000, "minutes": 5_256_000}
_GIB = 1 << 30


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
        return Limits(self.gigabytes * _GIB, self.frames, age_ns)


def _measurement_of(values: dict[str, Any]) -> Measurement:
    """All channels of a measurement or none: a channel with another port is another channel.

    Files of older versions have the settings of one multicast bus.
    """
    if "channels" in values:
        return Measurement.from_dict(values).validated()
    settings, problems = load(BusSettings, values)
    for problem in problems:
        raise ValueError(str(problem))
    return Measurement.of_bus(settings.validated())


# The channels in settings and workspaces.
StoredMeasurement = Annotated[Measurement, Codec(dict[str, Any], _measurement_of, Measurement.to_dict)]
BitRate = Annotated[int, Meta(ge=1, le=MAX_BITRATE)]


@dataclass(frozen=True)
class Setting(Generic[T]):
    """The declaration of a setting: its key in the file, its type for ``schema.load_value``, its default."""

    key: str
    kind: Any
    default: T


class Field(QObject, Generic[T]):
    """The value of a setting. ``changed`` carries the new value, and is not emitted for an equal one.

    ``problems`` are about the stored value, which stays in the file until the next change.
    """

    changed = Signal(object)

    def __init__(self, store: QSettings, setting: Setting[T]) -> None:
        super().__init__(store)
        self._store = store
        self._setting = setting
        self._value, self.problems = _stored_value(store, setting)

    @property
    def value(self) -> T:
        """The present value."""
        return self._value

    def set(self, value: T) -> None:
        """Change and store the value."""
        if value == self._value:
            return
        self._value = value
        self._store.setValue(self._setting.key, json.dumps(dump_value(self._setting.kind, value)))
        self.changed.emit(value)


def _stored_value(store: QSettings, setting: Setting[T]) -> tuple[T, list[Problem]]:
    """The value in the file, as far as it fits, else the default."""
    stored = store.value(setting.key)
    if stored is None:
        return setting.default, []
    try:
        value = json.loads(str(stored))
    except (ValueError, RecursionError) as error:
        return setting.default, [Problem(setting.key, f"expected JSON: {error}")]
    return load_value(setting.kind, value, setting.default, setting.key)


# Points, the lowest for the font of the system.
FONT_SIZES = (5, 32)

THEME = Setting("window/theme", Literal["system", "light", "dark"], "system")
FONT_SIZE: Setting[int] = Setting(
    "window/font_size", Annotated[int, Meta(ge=FONT_SIZES[0], le=FONT_SIZES[1])], FONT_SIZES[0]
)
DECIMAL = Setting("trace/decimal", bool, False)
TIME_MODE = Setting("trace/time_mode", Literal["absolute", "clock", "delta", "delta_id"], "absolute")
ASK_UNSAVED = Setting("files/ask_unsaved", bool, True)


class AppSettings(QObject):
    """All settings, in one readable file, by default in the user's configuration folder.

    Settings of one package with types of its own are declared there; ``field`` reads and writes them.
    """

    def __init__(self, path: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if path is None:
            path = _default_path()
            with suppress(OSError):  # problem() reports it
                make_private_folder(path.parent)
        self.path = path
        self._store = _open_store(path, self)
        self._fields: dict[str, Field[Any]] = {}
        self._make_window_fields()
        self._make_recent_fields()
        self.bitrate: Field[int] = self.field(Setting("bus/bitrate", BitRate, 500_000))
        self.data_bitrate: Field[int] = self.field(Setting("bus/data_bitrate", BitRate, 2_000_000))
        self.limits = self.field(Setting("recording/limits", RecordingLimits, RecordingLimits()))

    def _make_window_fields(self) -> None:
        self.decimal = self.field(DECIMAL)
        self.time_mode = self.field(TIME_MODE)
        self.theme = self.field(THEME)
        self.font_size = self.field(FONT_SIZE)
        self.trace_mode = self.field(Setting("trace/mode", Literal["by_id", "chronological"], "by_id"))
        self.filters: Field[dict[str, str]] = self.field(Setting("trace/filters", dict[str, str], {}))

    def _make_recent_fields(self) -> None:
        texts, buses = tuple[str, ...], tuple[StoredMeasurement, ...]
        self.recent_files: Field[tuple[str, ...]] = self.field(Setting("recent/files", texts, ()))
        self.recent_workspaces: Field[tuple[str, ...]] = self.field(Setting("recent/workspaces", texts, ()))
        self.recent_filters: Field[tuple[str, ...]] = self.field(Setting("recent/filters", texts, ()))
        self.workspace = self.field(Setting("recent/workspace", str, ""))
        self.recent_buses: Field[tuple[Measurement, ...]] = self.field(Setting("recent/buses", buses, ()))

    def field(self, setting: Setting[T]) -> Field[T]:
        """The value of a setting; the same object for each call."""
        if setting.key not in self._fields:
            self._fields[setting.key] = Field(self._store, setting)
        return self._fields[setting.key]

    def add_recent(self, field: Field[tuple[T, ...]], entry: T) -> None:
        """Insert ``entry`` at the beginning of recent entries."""
        field.set((entry, *(other for other in field.value if other != entry))[:MAX_RECENT])

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

    def bad_values(self) -> str:
        """A message about all stored values that are not used, else ""."""
        problems = [problem for field in self._fields.values() for problem in field.problems]
        if not problems:
            return ""
        count = len(problems)
        others = f", and {count - 1} more" if count > 1 else ""
        first = str(problems[0]).rstrip(".")
        values = f"{counted(count, 'value')} of {self.path.name} {were(count)} not used"
        return f"Settings: {values}: {first}{others}."


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
