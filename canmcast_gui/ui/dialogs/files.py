"""File dialogs, their folders, and the name filters of log files and databases.

The functions return at once. The dialogs are modal to their parent, and freed when they close.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.database.formats import SUFFIXES as DATABASE_SUFFIXES
from canmcast_gui.logfile.format_choice import readable_suffixes
from canmcast_gui.logfile.formats import FORMATS
from canmcast_gui.ui.labels import title_text

_ALL = "All files (*)"
# In place of a format that cannot be written.
DEFAULT_SUFFIX = ".blf"

# The name of the log format that is proposed for frames from a bus.
LOG_FORMAT = Setting("files/log_format", str, "blf")

# Where a file was chosen last.
LOG_FOLDER = Setting("files/log_folder", str, "")
DATABASE_FOLDER = Setting("files/database_folder", str, "")
WORKSPACE_FOLDER = Setting("files/workspace_folder", str, "")
TABLE_FOLDER = Setting("files/table_folder", str, "")


def ask_files(
    parent: QWidget,
    title: str,
    folder: str,
    filters: str,
    chosen: Callable[[list[str]], object],
    several: bool = True,
) -> None:
    """Ask for existing files, and call ``chosen`` with their paths."""
    dialog = _dialog(parent, title, folder, filters)
    modes = QFileDialog.FileMode
    dialog.setFileMode(modes.ExistingFiles if several else modes.ExistingFile)
    dialog.filesSelected.connect(lambda paths: chosen(list(paths)))
    dialog.open()


def ask_new_file(
    parent: QWidget,
    title: str,
    suggested: Path,
    filters: str,
    chosen: Callable[[str], object],
    rejected: Callable[[], object] | None = None,
    confirm_overwrite: bool = True,
) -> None:
    """Ask where to write a file, and call ``chosen`` with its path; the suffix follows the name filter."""
    dialog = _dialog(parent, title, str(suggested.parent), filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setOption(QFileDialog.Option.DontConfirmOverwrite, not confirm_overwrite)
    fitting = [one for one in filters.split(";;") if f"*{suggested.suffix})" in one.replace(" ", ")")]
    if suggested.suffix and fitting:
        dialog.selectNameFilter(fitting[0])
    dialog.setDefaultSuffix(_first_suffix(dialog.selectedNameFilter()))
    dialog.filterSelected.connect(lambda chosen: dialog.setDefaultSuffix(_first_suffix(chosen)))
    dialog.selectFile(suggested.name)
    dialog.fileSelected.connect(lambda path: chosen(path))
    if rejected is not None:
        dialog.rejected.connect(rejected)
    dialog.open()


def _dialog(parent: QWidget, title: str, folder: str, filters: str) -> QFileDialog:
    dialog = QFileDialog(parent, title_text(title), folder, filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def recent_folder(settings: AppSettings, kind: Setting[str] = LOG_FOLDER) -> str:
    """The folder of the last file of a kind, else that of the last log file, else the home folder."""
    recent = settings.recent_files.value
    default = str(Path(recent[0]).parent) if recent else str(Path.home())
    return settings.field(kind).value or default


def remember_folder(settings: AppSettings, path: str, kind: Setting[str] = LOG_FOLDER) -> None:
    """Use the folder of a file for the next dialogs of its kind."""
    settings.field(kind).set(str(Path(path).parent))


def log_suffix(settings: AppSettings) -> str:
    """The suffix of a file that is proposed for frames from a bus."""
    wanted = settings.field(LOG_FORMAT).value
    found = (form.suffixes[0] for form in FORMATS if form.can_write and form.name == wanted)
    return next(found, DEFAULT_SUFFIX)


def log_filters() -> str:
    """The name filters for log files to read."""
    return f"Log files ({_patterns(readable_suffixes())});;{_ALL}"


def writable_log_filters() -> str:
    """A name filter for each log format that can be written."""
    return ";;".join(f"{form.title} ({_patterns(form.suffixes)})" for form in FORMATS if form.can_write)


def database_filters() -> str:
    """The name filters for databases."""
    return f"Databases ({_patterns((*DATABASE_SUFFIXES, '.xml'))});;{_ALL}"


def _patterns(suffixes: tuple[str, ...] | list[str]) -> str:
    return " ".join(f"*{suffix}" for suffix in suffixes)


def _first_suffix(name_filter: str) -> str:
    """The first suffix in a name filter, without its dot."""
    return name_filter.partition("*.")[2].partition(" ")[0].rstrip(")")
