"""The layouts to choose from: which panels are open and how large their areas are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabBar

# Width of the left area in pixels: a signal with its value must fit, and a wider one helps no further.
NARROWEST, WIDEST = 226, 460
# Of the height for the area at the bottom.
HIGHEST_SHARE = 0.75


@dataclass(frozen=True)
class Layout:
    """``panels`` are open, ``front`` are those in front of their tabs; shares are parts of the window."""

    name: str
    title: str
    keys: str
    tip: str
    panels: tuple[str, ...]
    front: tuple[str, ...]
    side: float = 0.195
    bottom: float = 0.365
    #: Relative widths of the transmit panels and of the plot panels, where both are open.
    columns: tuple[int, int] = (11, 9)
    #: Relative heights of the signals and of the hosts or marks below them, where both are open.
    lines: tuple[int, int] = (3, 1)


_ALL = (
    "signals", "hosts", "marks", "transmit", "replay", "sequences", "fuzz", "plot", "gauges", "statistics",
)  # fmt: skip

#: The layout of the first start and of Reset layout.
STANDARD = Layout(
    "standard", "Standard", "", "All panels but Databases and Gateway", _ALL, ("hosts", "transmit", "plot")
)

LAYOUTS = (
    Layout(
        "monitor",
        "&Monitor layout",
        "Ctrl+Alt+1",
        "Trace, signals and plot",
        ("signals", "hosts", "marks", "plot", "gauges", "statistics"),
        ("hosts", "plot"),
    ),
    Layout(
        "transmit",
        "&Transmit layout",
        "Ctrl+Alt+2",
        "Everything that sends, below the trace",
        ("signals", "hosts", "transmit", "replay", "sequences", "fuzz"),
        ("hosts", "transmit"),
        bottom=0.48,
    ),
    Layout(
        "diagnose",
        "&Diagnose layout",
        "Ctrl+Alt+3",
        "Who sends what, and how regularly",
        ("hosts", "marks", "statistics"),
        ("hosts", "statistics"),
        side=0.26,
        bottom=0.45,
    ),
    Layout(
        "analyze",
        "&Analyze layout",
        "Ctrl+Alt+4",
        "A large plot, with signals and marks",
        ("signals", "marks", "plot", "gauges", "statistics"),
        ("marks", "plot"),
        bottom=0.6,
    ),
)


class Shares(QObject):
    """Keeps the parts of the window that the docks take while its size changes.

    Qt gives all room of a larger window to its middle, and to those docks that have a table. The parts are
    measured again when the user has moved a border: such drags are mouse events of the window.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._left = _Area(window, Qt.DockWidgetArea.LeftDockWidgetArea, Qt.Orientation.Horizontal)
        self._bottom = _Area(window, Qt.DockWidgetArea.BottomDockWidgetArea, Qt.Orientation.Vertical)
        self._window = window
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._settle)
        window.installEventFilter(self)

    @property
    def values(self) -> tuple[float, float]:
        """The parts of the left and of the bottom area; 0 for an unknown one."""
        return self._left.share, self._bottom.share

    def set(self, left: float, bottom: float, parts: Mapping[QDockWidget, float] | None = None) -> None:
        """Give the areas these parts of the window, and their docks these parts of their areas.

        Without ``parts`` those that the docks have now are kept.
        """
        self._left.set(left, parts or {})
        self._bottom.set(bottom, parts or {})
        self.apply()
        self._settle_later()

    def apply(self) -> None:
        """Resize the docks to their parts."""
        self._left.apply()
        self._bottom.apply()

    def measure_later(self) -> None:
        """Take the parts from the docks when these have their sizes."""
        self._left.forget()
        self._bottom.forget()
        self._settle_later()

    def _settle_later(self) -> None:
        """Docks have their sizes with the next turn of the event loop."""
        self._later.start(0)

    def _settle(self) -> None:
        """Resize docks whose parts are known, and measure the others."""
        for bar in tab_bars(self._window):
            if bar.count() and bar.isHidden():
                bar.show()  # Qt uses the bars of removed docks again, and leaves them hidden
        for area in (self._left, self._bottom):
            if area.is_known:
                area.apply()
            else:
                area.measure()

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseButtonRelease:
            self.measure_later()
        elif event.type() == QEvent.Type.Show:
            self._settle_later()
        return False


class _Area:
    """The docks of one area; ``across`` is the direction in which its extent is a part of the window."""

    def __init__(self, window: QMainWindow, area: Qt.DockWidgetArea, across: Qt.Orientation) -> None:
        self._window = window
        self._area = area
        self._across = across
        is_left = across == Qt.Orientation.Horizontal
        self._along = Qt.Orientation.Vertical if is_left else Qt.Orientation.Horizontal
        self.share = 0.0
        self._parts: dict[QDockWidget, float] = {}

    def set(self, share: float, parts: Mapping[QDockWidget, float]) -> None:
        """Set the part of the area, and those of its docks; unknown ones are measured later."""
        self.share = share
        self._parts = {
            dock: part for dock, part in parts.items() if self._window.dockWidgetArea(dock) == self._area
        }

    def forget(self) -> None:
        """Measure all parts again."""
        self._parts = {}

    def measure(self) -> None:
        """Take the parts from the sizes of the docks, where these are visible."""
        front = self._front()
        if not front:
            return
        extent = _extent(front[0].size(), self._across) + self._tabs(front[0])
        whole = max(_extent(self._window.size(), self._across), 1)
        if extent != self._pixels(whole):
            self.share = extent / whole
        across = {_extent(dock.size(), self._across) for dock in front}
        is_in_line = len(across) == 1  # the user may have put docks above each other
        self._parts = {dock: float(_extent(dock.size(), self._along)) for dock in front} if is_in_line else {}

    def _pixels(self, whole: int) -> int:
        """The extent of the area in a window of an extent."""
        pixels = round(self.share * whole)
        if self._across == Qt.Orientation.Horizontal:
            return min(max(pixels, NARROWEST), WIDEST)
        return min(pixels, round(HIGHEST_SHARE * whole))

    @property
    def is_known(self) -> bool:
        """Whether the parts of all visible docks are known."""
        return all(self._part(dock) for dock in self._front())

    def apply(self) -> None:
        """Resize the area, and its docks where their parts are known."""
        docks = self._docks()
        if docks and self.share:
            pixels = self._pixels(_extent(self._window.size(), self._across))
            self._window.resizeDocks(docks[:1], [pixels], self._across)
        front = self._front()
        if len(front) > 1 and self.is_known:
            parts = [self._part(dock) for dock in front]
            room = sum(_extent(dock.size(), self._along) for dock in front)
            extents = [round(room * part / sum(parts)) for part in parts]
            self._window.resizeDocks(front, extents, self._along)

    def _part(self, dock: QDockWidget) -> float:
        """The part of a dock, or of another one of its tabs; 0 for an unknown one."""
        tabs = (dock, *self._window.tabifiedDockWidgets(dock))
        return next((self._parts[one] for one in tabs if one in self._parts), 0.0)

    def _tabs(self, dock: QDockWidget) -> int:
        """The height of the tabs below a dock, which belong to the area at the bottom."""
        others = [other for other in self._window.tabifiedDockWidgets(dock) if not other.isHidden()]
        if self._across == Qt.Orientation.Horizontal or not others:
            return 0
        return max((bar.height() for bar in tab_bars(self._window) if bar.isVisible()), default=0)

    def _docks(self) -> list[QDockWidget]:
        """The open docks of the area."""
        return [
            dock
            for dock in self._window.findChildren(QDockWidget)
            if not (dock.isHidden() or dock.isFloating()) and self._window.dockWidgetArea(dock) == self._area
        ]

    def _front(self) -> list[QDockWidget]:
        """Those that are visible: only they have their real sizes."""
        return [dock for dock in self._docks() if dock.isVisible() and not dock.visibleRegion().isEmpty()]


def tab_bars(window: QMainWindow) -> list[QTabBar]:
    """The bars with the tabs of docks; Qt keeps unused ones, which have no tabs."""
    return window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)


def _extent(size: QSize, orientation: Qt.Orientation) -> int:
    return size.width() if orientation == Qt.Orientation.Horizontal else size.height()
