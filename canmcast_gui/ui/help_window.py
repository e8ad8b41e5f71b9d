"""Help that needs no network: keys, filters, colours, and what is on the wire."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QMessageBox, QTextBrowser, QVBoxLayout, QWidget

from canmcast_gui import __version__
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import ACTIONS
from canmcast_gui.ui.dock import PANELS

_FILTERS = (
    ("1A3", "an id, a part of a message's name, or bytes of the data"),
    ("id in 0x100..0x1FF", "a range of ids; also id in (0x1, 0x2)"),
    ("name ~ Engine* and length > 4", "names with wildcards; and, or, not, parentheses"),
    ("data[2] & 0x80", "a bit of a byte; also data[0] == 5"),
    ("dir == tx", "what this program, or the recorder of a file, sent; rx is all else"),
    ("source == 10.0.0.7", "frames of one sender"),
    ("error or remote", "also fd, brs, esi, extended"),
    ("time > 1.5", "seconds since the start"),
)

_KEYS = (
    ("F3, Shift+F3", "Find the next frame, or the one before; Esc stops a long search"),
    ("Right, Left, Enter", "Show or hide the signals of a frame"),
    ("Ctrl+Home, Ctrl+End", "The first row; the newest one, which is then followed"),
    ("Shift with the arrows, Ctrl+A", "Select rows; the status bar says how many, how long, how often"),
    ("Menu key, Shift+F10", "What can be done with the row: filter for it or without it, mark it, copy it"),
    ("Alt+Down", "In the filter: filters that were kept, and to keep this one"),
    ("Tab, Shift+Tab", "The next part of the window"),
    ("Enter, F2, Del", "In the list of marks: show it, edit its note, remove it"),
)

_VIEWS = """
<p>The view in the middle is joined by as many more as you like (<i>Window</i> menu), each with its own filter
and columns. Columns are dragged to another place, and hidden by a right-click on their titles. Selected rows
can be dragged to the transmit panel or into an editor, as candump lines.</p>
<p><b>Time</b> counts from the start, or from a row that you choose (Ctrl+T). A triangle before a time says
that the frame is older than the one before it.</p>
<p><b>Marks</b> are notes at rows, kept with the recording. A dashed line says that frames were lost there,
how many, and why.</p>
"""

_COLORS = """
<p>Error frames are red, remote frames green, frames that this program sent blue; <i>Trace → Colours</i> holds
the rules, and takes more of any filter. In the by-ID view a byte that changed is bold and marked for about a
second: a bar above it says that it rose, a bar below that it fell.</p>
"""

_LOSSES = """
<p>The status bar says how many frames were lost between the network and the trace; 0 means that the system
dropped none. A frame that the network itself lost cannot be counted by anybody.</p>
"""

_BUS = """
<p>All programs with the same multicast group and port share one bus, among them every stock python-can
program with its <i>udp_multicast</i> interface. The hop limit says how far frames go: 0 stays on this
computer, 1 on this network.</p>
<p>A sender is told by its address and port. A recording tells the first 1,023 of them apart; all others are
one row of the panel <i>Hosts</i>. Nothing on the network proves who sent a frame: another program can use the
address of this one, and its frames are then shown as sent by this program.</p>
"""


_SENDING = """
<p>A row of the <i>Transmit</i> panel is sent by hand, by its key wherever you are in the window (not while
you type in a field), every so often while it is switched on, or when a frame of somebody else comes that
meets its <b>trigger</b>: a filter, and if you like a delay.</p>
<p><code>id == 0x100 and data[0] &amp; 1 after 20 ms</code><br>
<code>Engine.Speed &gt; 3000</code></p>
<p>With a trigger the period is not used. What was triggered and could not be sent, because too much waited or
the limit was reached, is counted in the tip of <i>Sent</i>. Rows are dragged to another place once they are
selected. <b>Stop all</b> (Ctrl+.) ends everything, and drops single frames that wait to leave.</p>
"""


def _rows(rows: list[tuple[str, str]]) -> str:
    cells = "".join(f"<tr><td><code>{a}</code>&nbsp;&nbsp;</td><td>{b}</td></tr>" for a, b in rows)
    return f"<table cellpadding='2'>{cells}</table>"


def help_text() -> str:
    """The whole help as HTML."""
    keys = [(data.keys, data.text.replace("&", "").rstrip("…")) for data in ACTIONS if data.keys]
    keys += [(keys, f"The panel {title}, wherever it is") for _name, title, keys in PANELS]
    keys += _KEYS
    return (
        f"<h2>Keys</h2>{_rows(keys)}<h2>Filters</h2>{_rows(list(_FILTERS))}"
        f"<h2>Views</h2>{_VIEWS}<h2>Colours</h2>{_COLORS}<h2>Losses</h2>{_LOSSES}<h2>Sending</h2>{_SENDING}"
        f"<h2>The bus</h2>{_BUS}"
    )


class HelpWindow(QDialog):
    """A window beside the main one, freed when it closes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Help – canmcast")
        self.resize(620, 640)
        text = QTextBrowser()
        text.setHtml(help_text())
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        icons.without_icons(buttons)
        buttons.rejected.connect(self.close)
        layout = QVBoxLayout(self)
        layout.addWidget(text)
        layout.addWidget(buttons)


def show_about(parent: QWidget) -> None:
    """A few words about the program."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About canmcast")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(f"<b>canmcast {__version__}</b>")
    box.setInformativeText(
        "Watches and feeds CAN and CAN FD buses carried over UDP multicast, as python-can speaks it.\n"
        "MIT licence."
    )
    box.setIconPixmap(parent.windowIcon().pixmap(64, 64))
    box.open()
