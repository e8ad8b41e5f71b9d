"""States of the gallery: menus, lists and windows over the window, which are pictures of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from canmcast_gui.app.session import SessionState
from installer.screenshots import settle, wait

if TYPE_CHECKING:
    from installer.gallery import Stage

    State = Callable[[Stage], QWidget]

MENUS = ("File", "Measurement", "Trace", "Transmit", "Plot", "Window", "Help")
# States of this module and of others that open something over the window: shown again at each size.
OVER_THE_WINDOW = ("menu-", "filter-error", "filter-completion", "tour")


def picture(widget: QWidget) -> QPixmap:
    """What is on the screen where the widget is."""
    place = widget.frameGeometry()
    return widget.screen().grabWindow(0, place.x(), place.y(), place.width(), place.height())


def close_popups(stage: Stage) -> None:
    """Close menus, lists, messages and the find bar."""
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    panel = stage.window.panel
    panel.find_bar.close_bar()
    for message in list(panel.messages.messages):
        panel.messages.remove(message)
    stage.window.subjects.bits.close()


def completion(stage: Stage) -> QWidget:
    """Proposals while a filter is typed."""
    stage.demo()
    box = stage.window.panel.filter_box
    box.setFocus()
    QTest.keyClicks(box, "id in 0x100..0x1FF and spee")
    return stage.window


def saved_filters(stage: Stage) -> QWidget:
    """The menu of the filter field."""
    stage.demo()
    box = stage.window.panel.filter_box
    box.set_filter_text("id == 0x0C0")
    box.saved_filters.save("engine")
    box.button.click()
    return stage.window


def row_menu(stage: Stage) -> QWidget:
    """The menu of a row of the trace."""
    stage.demo()
    view = stage.window.panel.by_id
    view.table.select_line(4)
    place = view.table.viewport().mapToGlobal(QPoint(200, view.table.rowViewportPosition(4)))
    stage.window.subjects.view_menu(view).popup(place)
    return stage.window


def frame_bits(stage: Stage) -> QWidget:
    """The bits of a frame."""
    stage.demo()
    stage.window.panel.by_id.table.select_line(5)
    stage.window.actions_.bits.trigger()
    settle(0.3)
    return stage.window.subjects.bits


def far_frame(stage: Stage) -> QWidget:
    """A log file with a frame years before all others."""
    stage.demo()
    path = stage.folder / "clock.log"
    lines = ["(1.000000) can0 7FF#", *(f"({1_700_000_000 + n / 90:.6f}) can0 1#00" for n in range(3000))]
    path.write_text("\n".join(lines) + "\n")
    stage.session.bus.close()
    stage.session.open_file(path)
    wait(lambda: stage.session.state is SessionState.FILE, "the file")
    return stage.window


def _menu(title: str) -> State:
    def show(stage: Stage) -> QWidget:
        stage.demo()
        bar = stage.window.menuBar()
        entry = next(action for action in bar.actions() if action.text().replace("&", "") == title)
        bar.setActiveAction(entry)
        return stage.window

    return show


POPUP_STATES: dict[str, State] = {
    "filter-completion": completion,
    **{f"menu-{title}": _menu(title) for title in MENUS},
    "menu-filters": saved_filters,
    "menu-row": row_menu,
    "frame-bits": frame_bits,
    "file-far-frame": far_frame,
}
