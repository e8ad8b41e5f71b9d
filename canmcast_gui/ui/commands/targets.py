"""What commands call in the rest of the window; the window assembles it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from canmcast_gui.frames import FrameBatch
from canmcast_gui.ui.commands.subject import Subject


@dataclass(frozen=True)
class CommandTargets:
    """Functions of panels and views.

    ``refine`` requires a filter in addition to that of the current view, ``open_view`` opens another view
    with a filter, ``find`` goes to the next or (True) previous frame that passes a filter, ``color`` adds a
    rule with a name and a filter. ``plot`` and ``watch`` take signals "Message.Signal". ``add_rows`` makes
    transmit rows of frames, ``send`` sends frames once, ``obstacle`` says why that is not possible, "" if it
    is. ``set_signal`` shows the editor of a signal in the transmit list, ``expand`` shows or hides the
    signals of the current row.
    """

    report: Callable[[str], object]
    refine: Callable[[str], object]
    open_view: Callable[[str], object]
    find: Callable[[str, bool], object]
    color: Callable[[str, str], object]
    record_on: Callable[[str], object]
    plot: Callable[[Sequence[str]], object]
    watch: Callable[[Sequence[str]], object]
    add_rows: Callable[[FrameBatch], object]
    send: Callable[[FrameBatch], object]
    obstacle: Callable[[], str]
    set_signal: Callable[[Subject], object]
    show_message: Callable[[str], object]
    show_signal: Callable[[str], object]
    show_node: Callable[[str], object]
    show_statistics: Callable[[int, bool], object]
    expand: Callable[[], object]
