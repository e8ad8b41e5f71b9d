"""Cyclic garbage is collected in the GUI thread, and nowhere else.

Python looks for it in whichever thread happens to make objects. Where that is a worker, it may delete objects
of Qt there: their destructors take Qt's locks and want the interpreter back, while the GUI thread has the
interpreter and wants the locks. The window then stands still for good.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

# Often enough that little comes together: a look costs nothing, the young generation some milliseconds.
INTERVAL_MS = 100


class GarbageCollection(QObject):
    """Does what Python does by itself elsewhere, from its making to end(), in the thread that makes it.

    What there is at its making is taken for what stays as long as the program, and not looked at again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def end(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()


def collect_due() -> None:
    """Collect the oldest generation whose time has come, by Python's own thresholds."""
    due = zip(gc.get_count(), gc.get_threshold(), strict=True)
    generations = [number for number, (count, threshold) in enumerate(due) if count > threshold > 0]
    if generations:
        gc.collect(generations[-1])
