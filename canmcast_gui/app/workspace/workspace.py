"""What a user set up, in one readable file: bus, databases, plots, transmit rows, views, colors, layout.

What belongs to the computer or to its user is not part of it, such as the size of the window, the limits of
the recording, the theme, and the format of numbers and times.

A value that is not valid is skipped and reported; the rest of the file is used. A file that is not a
workspace is refused with WorkspaceError.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta

from canmcast_gui.app.program.settings import BitRate, StoredMeasurement
from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import MAX_SEQUENCES
from canmcast_gui.app.transmit.sequences import Sequence as TransmitSequence
from canmcast_gui.app.transmit.transmit_link import MAX_RATE_LIMIT
from canmcast_gui.app.workspace.view_setups import (
    MAX_PLOTS,
    MAX_RULES,
    MAX_VIEWS,
    ColorRule,
    PlotSetup,
    ViewSetup,
)
from canmcast_gui.database import Scope
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.files import NotRegularError, read_regular, within
from canmcast_gui.frames.schema import Codec, Key, Problem, dump, load
from canmcast_gui.gateway.rules import RuleSet
from canmcast_gui.gateway.rules_file import parse_rules
from canmcast_gui.gateway.rules_text import rules_text
from canmcast_gui.logfile.writing.temporary import Temporary
from canmcast_gui.recording.folder import recordings_folder
from canmcast_gui.wording import counted, were


def relative_path(path: Path, folder: Path) -> str:
    """A path relative to the folder of the workspace, with slashes, so that both can move, to any system.

    Absolute where the two have only the root, or not even a drive, in common.
    """
    absolute, base = _resolved(path), _resolved(folder)
    if absolute.anchor != base.anchor or absolute.parts[:2] != base.parts[:2]:
        return str(absolute)
    return Path(os.path.relpath(absolute, base)).as_posix()


def _resolved(path: Path) -> Path:
    """Without links, if the file system answers."""
    try:
        return within(RESOLVE_SECONDS, path.resolve)
    except TimeoutError:
        return path.absolute()


def absolute_path(text: str, folder: Path) -> Path:
    """The file that a workspace in ``folder`` names."""
    return Path(os.path.normpath(folder.absolute() / text))


def kept_path(changed: bool = False) -> Path:
    """The file in the user's data folder for a workspace that was never saved.

    ``changed``: for one that was saved and then changed, when the system or a script ended the program and
    the user could not be asked.
    """
    return recordings_folder().parent / ("changed.canmcast" if changed else "last.canmcast")


def delete_kept(changed: bool) -> None:
    """Delete a kept workspace, if there is one; never raises."""
    with suppress(OSError):
        kept_path(changed).unlink()


def has_kept(changed: bool) -> bool:
    """Whether there is a kept workspace that may be read; never raises."""
    with suppress(OSError):
        return kept_path(changed).exists()
    return False


VERSION = 1

# A workspace with thousands of transmit rows has a few MB; a larger file would only fill memory.
MAX_BYTES = 64 << 20
# Files are read and paths resolved in the GUI thread, so the window does not react for this long at most.
PATIENCE_SECONDS = 3.0
RESOLVE_SECONDS = 1.0


class WorkspaceError(UserError):
    """A workspace that cannot be read or written; the text says what, where and what to do."""


@dataclass(frozen=True)
class _StoredScope:
    channels: frozenset[Annotated[int, Meta(ge=0, le=255)]] = frozenset()
    sources: frozenset[str] = frozenset()


_SCOPE = Codec(
    _StoredScope,
    lambda stored: Scope(stored.channels, stored.sources),
    lambda scope: _StoredScope(scope.channels, scope.sources),
)
# As in a file of rules, so that it can be copied into one.
_RULES = Codec(str, parse_rules, rules_text)
_LAYOUT = Codec(
    str, lambda text: base64.b64decode(text, validate=True), lambda layout: base64.b64encode(layout).decode()
)


@dataclass(frozen=True)
class Workspace:
    """``gauges`` are signals "Message.Signal". Bit rates are in bit/s, the limit of what is sent in frames/s.

    A limit of 0 is none. ``layout`` is the state of the main window. ``views``, ``colors``, ``layout`` and
    the rates are None in files from before they were stored; what the window has then stays.
    """

    version: Annotated[int, Key("canmcast_workspace")] = VERSION
    bus: StoredMeasurement | None = None
    bitrate: BitRate | None = None
    data_bitrate: BitRate | None = None
    databases: tuple[Path, ...] = ()
    database_scopes: Mapping[Path, Annotated[Scope, _SCOPE]] = field(default_factory=dict)
    plots: Annotated[tuple[PlotSetup, ...], Meta(max_length=MAX_PLOTS)] = ()
    gauges: tuple[str, ...] = ()
    transmit_rows: Annotated[tuple[TransmitRow, ...], Key("transmit")] = ()
    rate_limit: Annotated[int, Meta(ge=0, le=MAX_RATE_LIMIT)] | None = None
    sequences: Annotated[tuple[TransmitSequence, ...], Meta(max_length=MAX_SEQUENCES)] = ()
    replay: ReplaySetup = field(default_factory=ReplaySetup)
    fuzz: FuzzSetup = field(default_factory=FuzzSetup)
    gateway: Annotated[RuleSet, _RULES] = field(default_factory=RuleSet)
    views: Annotated[tuple[ViewSetup, ...], Meta(max_length=MAX_VIEWS)] | None = None
    colors: Annotated[tuple[ColorRule, ...], Meta(max_length=MAX_RULES)] | None = None
    layout: Annotated[bytes, _LAYOUT] | None = None

    @classmethod
    def upgraded(cls, values: Any) -> Any:
        """Older files contain the signals of one plot instead of plots."""
        plots = values.get("plots") if isinstance(values, Mapping) else None
        if isinstance(plots, list) and plots and all(isinstance(plot, str) for plot in plots):
            return {**values, "plots": [{"signals": plots}]}
        return values

    def comparable(self) -> Workspace:
        """The workspace without what does not count as a change: sizes, layout, and how long plots show."""
        views = None
        if self.views is not None:
            views = tuple(
                replace(view, columns=tuple((name, 0) for name, _width in view.columns))
                for view in self.views
            )
        plots = tuple(replace(plot, seconds=1.0) for plot in self.plots)
        return replace(self, views=views, plots=plots, layout=None)

    @property
    def is_empty(self) -> bool:
        """Whether it contains nothing that a user would miss."""
        texts = any(sequence.text for sequence in self.sequences)
        signals = any(plot.signals for plot in self.plots)
        sent = self.transmit_rows or self.gateway.rules or not self.replay.is_empty or not self.fuzz.is_empty
        return not (self.databases or self.gauges or sent or texts or signals)

    def without_databases(self, paths: set[Path], messages: set[str]) -> Workspace:
        """The workspace without some databases, and without signals of these messages."""

        def stays(signal: str) -> bool:
            return signal.partition(".")[0] not in messages

        return replace(
            self,
            databases=tuple(path for path in self.databases if path not in paths),
            database_scopes={
                path: scope for path, scope in self.database_scopes.items() if path not in paths
            },
            gauges=tuple(filter(stays, self.gauges)),
            plots=tuple(
                replace(plot, signals=tuple(styled for styled in plot.signals if stays(styled[0])))
                for plot in self.plots
            ),
        )


def load_workspace(path: Path) -> tuple[Workspace, list[Problem]]:
    """Read a workspace; values that are not valid are problems. Raises WorkspaceError."""
    content = _read(path)
    version = content.get("canmcast_workspace") if isinstance(content, dict) else None
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise WorkspaceError(
            f"{path.name} is not a workspace: it does not contain canmcast_workspace. Choose another file."
        )
    if version > VERSION:
        raise WorkspaceError(f"{path.name} was saved by a newer version of this program; update to open it.")
    codecs: dict[type, Codec] = {Path: Codec(str, partial(_path_of, path.parent), str)}
    return load(Workspace, content, "", codecs)


def problems_message(path: Path, problems: Sequence[Problem]) -> str:
    """One message about all problems of a workspace."""
    first = str(problems[0]).rstrip(".")
    others = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
    count = len(problems)
    return f"{counted(count, 'value')} of {path.name} {were(count)} not used: {first}{others}."


def _path_of(folder: Path, text: str) -> Path:
    if not text or not text.isprintable():
        raise ValueError(f"{text!r} is not the name of a file")
    return absolute_path(text, folder)


def _read(path: Path) -> Any:
    try:
        return json.loads(within(PATIENCE_SECONDS, partial(read_regular, path, MAX_BYTES)))
    except NotRegularError as error:
        raise WorkspaceError(f"{path.name} is not a workspace: {error}. Choose another file.") from error
    except OSError as error:
        raise WorkspaceError(f"The workspace cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise WorkspaceError(
            f"{path.name} is not a workspace: {error}. Choose a file that this program saved."
        ) from error


def save_workspace(path: Path, workspace: Workspace) -> None:
    """Write a workspace to a new file, which then replaces the old one. Raises WorkspaceError.

    Where ``path`` is a link, its target is replaced.
    """
    folder = path.parent
    codecs: dict[type, Codec] = {Path: Codec(str, Path, lambda file: relative_path(file, folder))}
    try:
        text = json.dumps(dump(workspace, codecs), indent=2, ensure_ascii=False)
        _write(Path(os.path.realpath(path)), text + "\n")
    except (OSError, ValueError, UserError) as error:
        raise WorkspaceError(f"The workspace was not saved: {error}") from error


def _write(path: Path, text: str) -> None:
    temporary = Temporary(path)
    try:
        with temporary.path.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace_target()
    finally:
        temporary.remove()
