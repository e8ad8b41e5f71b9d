"""Cyclic garbage is collected in the GUI thread, and nowhere else.

Python looks for it in whichever thread happens to make objects. Where that is a worker, it may delete objects
of Qt there: their destructors take Qt's locks and want the interpreter back, while the GUI thread has the
interpreter and wants the locks. The window then stands still for good.

Automatic collection does the same in the GUI thread alone: some destructors of Qt hold a lock while they ask
Python for an overridden method. A collection that begins there deletes other objects, and one of these can
want the same lock. So automatic collection is off from before the first object of Qt until the process ends.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

# Often enough that little comes together: a look costs nothing, the young generation some milliseconds.
INTERVAL_MS = 100


def disable_automatic_collection() -> None:
    """To be called before the first object of Qt is made; nothing turns it on again."""
    gc.disable()


class GarbageCollection(QObject):
    """Does what Python does by itself elsewhere, from its making to end(), in the thread that makes it.

    Automatic collection is off from then on, and stays off. What there is at its making is taken for what
    stays as long as the program, and not looked at again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        disable_automatic_collection()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def end(self) -> None:
        """Collect for the last time; what is still in use is deleted at the end of the process."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()


def collect_due() -> None:
    """Collect the oldest generation whose time has come, by Python's own thresholds."""
    due = zip(gc.get_count(), gc.get_threshold(), strict=True)
    generations = [number for number, (count, threshold) in enumerate(due) if count > threshold > 0]
    if generations:
        gc.collect(generations[-1])
