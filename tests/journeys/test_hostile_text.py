"""Names and comments from files that look like rich text are shown as plain text everywhere."""

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QToolTip

from canmcast_gui.app.document.files import Opened
from canmcast_gui.app.session import SessionState
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.frames.schema import dump
from canmcast_gui.logfile import TableLayout
from canmcast_gui.ui import labels, theme
from canmcast_gui.ui.dialogs.merge import MergeDialog
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from canmcast_gui.ui.dialogs.record import RecordDialog, RecordFields
from canmcast_gui.ui.dialogs.table_layout import TableLayoutDialog
from canmcast_gui.ui.plot.actions import SignalMenu
from canmcast_gui.ui.trace.colors import ColorsDialog
from canmcast_gui.ui.transmit.rows.message_dialog import MessageDialog
from canmcast_gui.ui.window.menus import show_about
from tests.journeys.conftest import Desk
from tests.support import rich_text
from tests.support.rich_text import AMPERSAND, MARKUP

HOSTILE = f"{MARKUP} {AMPERSAND} [*]"
FILE = HOSTILE.replace("/", "&#47;")
KCD = f"""<NetworkDefinition xmlns="http://kayak.2codeornot2code.org/1.0"><Document name="d"/>
<Node id="1" name="{escape(HOSTILE)}"/>
<Bus name="b"><Message id="0x100" length="8" name="{escape(HOSTILE)}">
<Notes>{escape(HOSTILE)}</Notes><Producer><NodeRef id="1"/></Producer>
<Signal name="{escape(HOSTILE)}" offset="0" length="8"><Notes>{escape(HOSTILE)}</Notes>
<Value unit="{escape(HOSTILE)}"/></Signal>
<Signal name="Gear &lt;b&gt;x" offset="8" length="8">
<LabelSet><Label name="{escape(HOSTILE)}" value="0"/></LabelSet></Signal>
</Message></Bus></NetworkDefinition>"""
ASC = f"""date Mon Jan 1 10:00:00.000 am 2024
base hex  timestamps absolute
//   0.5 CommentEvent {HOSTILE}
""" + "".join(
    f"   {second}.000000 1  100  Rx  d 8 0{second} 00 00 00 00 00 00 00\n" for second in range(1, 6)
)

# A window that reads one as rich text needs far more, and never ends.
MOST_MEMORY = 4 << 30


@pytest.fixture
def dressed(qapp, desk) -> Iterator[Desk]:
    """A window in an application that is set up as the program sets it up."""
    theme.apply(qapp, desk.settings)
    labels.disable_rich_text(qapp)
    yield desk
    qapp.setStyleSheet("")


def write_files(folder: Path) -> dict[str, Path]:
    paths = {suffix: folder / f"{FILE}.{suffix}" for suffix in ("asc", "kcd", "2.kcd", "canmcast", "csv")}
    paths["asc"].write_text(ASC)
    paths["kcd"].write_text(KCD)
    paths["2.kcd"].write_text(KCD)
    paths["csv"].write_text(f"{HOSTILE},b\n1,2\n")
    signal = f"{HOSTILE}.{HOSTILE}"
    row = dump(TransmitRow(name=HOSTILE, comment=HOSTILE, group=HOSTILE))
    workspace = {
        "canmcast_workspace": 1,
        "databases": [paths["kcd"].name, paths["2.kcd"].name],
        "database_scopes": {paths["2.kcd"].name: {"channels": [], "sources": [HOSTILE]}},
        "plots": [{"signals": [signal, f"{HOSTILE}.Gear <b>x"]}],
        "gauges": [signal],
        "transmit": [row],
        "sequences": [{"name": HOSTILE, "text": f"# {HOSTILE}\nwait 10 ms"}],
        "replay": {"files": [{"file": paths["asc"].name}, {"file": paths["csv"].name}], "filter": HOSTILE},
        "fuzz": {"ids": HOSTILE, "stop_at": HOSTILE, "log": f"{FILE}.log"},
        "views": [{"kind": "by_id", "name": "view-1", "filter": f'name ~ "{HOSTILE}"', "columns": []}],
        "colors": [{"name": HOSTILE, "filter": HOSTILE, "color": "#102030", "on": True}],
    }
    paths["canmcast"].write_text(json.dumps(workspace))
    return paths


def load_everything(desk: Desk, paths: dict[str, Path]) -> None:
    desk.settings.filters.set({HOSTILE: HOSTILE})
    desk.session.workspace.begin(paths["canmcast"])
    desk.wait(lambda: len(desk.session.databases.loaded) == 2, "the databases")
    desk.window.files.open(str(paths["asc"]))
    desk.wait(lambda: desk.session.state is SessionState.FILE, "the file")
    for level in ("info", "warning", "error"):
        desk.session.messages.post(level, HOSTILE)
    desk.window.views.panes[0].filter_box.set_filter_text(f'name ~ "{AMPERSAND}"')
    desk.window.docks.plots.plot_signal(f"{HOSTILE}.{HOSTILE}")


def open_everything(desk: Desk, paths: dict[str, Path]) -> list:
    window = desk.window
    window.docks.show_browser()
    window.docks.browser.search.setText("x")
    for dock in (*window.docks.docks.values(), window.docks.browser_dock):
        dock.show()
        dock.raise_()
        QApplication.processEvents()
    window.panel.chronological.table.selectRow(1)
    window.docks.transmit.table.selectRow(0)
    opened = [
        MergeDialog([paths["asc"], paths["csv"]], window),
        TableLayoutDialog(paths["csv"], paths["csv"].read_bytes(), TableLayout(), window),
        ColorsDialog(window.panel.context, window),
        MessageDialog(desk.session.databases.loaded, window),
        ProblemsDialog(HOSTILE, Opened(1, (HOSTILE,), remarks=(HOSTILE,)), window),
        RecordDialog(
            paths["asc"],
            RecordFields(trigger=HOSTILE),
            compile_filter,
            lambda _chosen: None,
            lambda _path, _options: "",
            parent=window,
        ),
    ]
    for dialog in opened:
        dialog.show()
    show_about(window)
    desk.settings.bitrate.set(250_000)
    window.workspaces.confirm_loss(lambda: None, at_end=True)
    window.docks.hosts.model.set_names({row.source: HOSTILE for row in window.docks.hosts.model.rows})
    opened += [
        window.subjects.view_menu(window.panel.chronological),
        window.panel.filter_box.saved_filters.menu(),
    ]
    signal = window.docks.plots.current.signals.data.signals[0]
    opened.append(SignalMenu(window, signal, QColor("red"), lambda _style: None, lambda: None))
    window.trace_commands.marks.ask_note(0)
    QApplication.processEvents()
    return opened


def test_no_widget_reads_names_from_files_as_rich_text(dressed, tmp_path):
    paths = write_files(tmp_path)
    load_everything(dressed, paths)
    opened = open_everything(dressed, paths)
    texts = [text for _where, _kind, text in rich_text.everything_shown()]
    assert sum("<b>x" in text for text in texts) > 40
    assert rich_text.faults() == []
    assert "hostile" in dressed.window.windowTitle()
    assert dressed.window.windowTitle().count("[*][*]") == 2
    for one in opened:
        one.close()


def test_a_tool_tip_shows_markup_as_text(dressed):
    QToolTip.showText(QPoint(20, 20), HOSTILE, dressed.window)
    label = rich_text.tip_label()
    assert label is not None
    assert (label.text(), label.textFormat().name) == (HOSTILE, "PlainText")
    QToolTip.hideText()


def test_a_file_named_like_a_link_to_a_device_opens(tmp_path, own_home):
    path = tmp_path / 'a <img src="&#47;dev&#47;zero">.asc'
    path.write_text(ASC.replace("hostile", "/dev/zero"))
    run = subprocess.run(
        [sys.executable, "-m", "canmcast_gui", str(path), "--quit-after", "1.5"],
        capture_output=True, text=True, timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )  # fmt: skip
    assert (run.returncode, run.stderr) == (0, "")


def test_a_line_feed_in_a_name_does_not_change_the_height_of_bars(dressed, tmp_path):
    heights = [dressed.window.statusBar().height(), dressed.window.panel.filter_box.height()]
    path = tmp_path / "one\ntwo \u202e\x1b.asc"
    path.write_text(ASC)
    dressed.window.files.open(str(path))
    dressed.wait(lambda: dressed.session.state is SessionState.FILE, "the file")
    QApplication.processEvents()
    shown = [text for _where, _kind, text in rich_text.everything_shown() if "one" in text and "two" in text]
    assert any(r"File: one\ntwo \u202e\x1b.asc" in text for text in shown)
    assert r"one\ntwo" in dressed.window.windowTitle()
    assert [dressed.window.statusBar().height(), dressed.window.panel.filter_box.height()] == heights
