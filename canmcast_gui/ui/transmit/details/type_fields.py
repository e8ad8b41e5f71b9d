"""The fields for the flags of a frame: 11 or 29 bits, data, remote or error frame, CAN FD."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSizePolicy, QWidget

from canmcast_gui.app.transmit.row import FRAME_TYPES
from canmcast_gui.frames import Flag
from canmcast_gui.ui.content_size import widen

# Shown where the selected rows differ.
VARIOUS = "(various)"
FORMATS = (("Standard, 11-bit ID", 0), ("Extended, 29-bit ID", int(Flag.EXTENDED)))
KINDS = (("Data frame", 0), ("Remote frame", int(Flag.REMOTE)), ("Error frame", int(Flag.ERROR)))
OPTIONS = (
    ("FD", Flag.FD, "CAN FD: up to 64 bytes"),
    ("BRS", Flag.BRS, "Bit rate switch: the data phase is faster"),
    ("ESI", Flag.ESI, "Error state indicator: the sender is error passive"),
)
_FLAGS = frozenset(int(flags) for _name, flags in FRAME_TYPES)


class TypeFields:
    """``format`` and ``kind`` are lists, ``options`` the check boxes of CAN FD by their flags."""

    def __init__(self, change: Callable[[Callable[[int], int]], None], parent: QWidget) -> None:
        """``change`` gets a function that makes the new flags of each selected row of its present ones."""
        self._change = change
        self.format = self._combo(FORMATS, lambda flags, bits: flags & ~Flag.EXTENDED | bits, parent)
        self.kind = self._combo(KINDS, _with_kind, parent)
        self.options: dict[int, QCheckBox] = {}
        self.options_line = QWidget(parent)
        layout = QHBoxLayout(self.options_line)
        layout.setContentsMargins(0, 0, 0, 0)
        for name, flag, tip in OPTIONS:
            box = self.options[int(flag)] = QCheckBox(name, self.options_line)
            box.setToolTip(tip)
            box.clicked.connect(lambda on, flag=int(flag): self._set_option(flag, on))
            layout.addWidget(box)
        layout.addStretch(1)

    def _combo(
        self, choices: tuple[tuple[str, int], ...], change: Callable[[int, int], int], parent: QWidget
    ) -> QComboBox:
        box = QComboBox(parent)
        for text, flags in choices:
            box.addItem(text, flags)
        widen(box)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.activated.connect(lambda _index: self._change(lambda flags: change(flags, box.currentData())))
        return box

    def show_flags(self, flags: list[int]) -> None:
        """Show what rows with these flags have in common."""
        for box, mask in ((self.format, Flag.EXTENDED), (self.kind, Flag.REMOTE | Flag.ERROR)):
            values = {one & int(mask) for one in flags}
            box.setCurrentIndex(box.findData(values.pop()) if len(values) == 1 else -1)
            box.setPlaceholderText(VARIOUS)
        is_data = all(not one & (Flag.REMOTE | Flag.ERROR) for one in flags)
        for flag, check in self.options.items():
            states = {bool(one & flag) for one in flags}
            with QSignalBlocker(check):
                check.setCheckState(
                    Qt.CheckState.PartiallyChecked
                    if len(states) > 1
                    else Qt.CheckState.Checked
                    if states == {True}
                    else Qt.CheckState.Unchecked
                )
            check.setEnabled(is_data and (flag == Flag.FD or all(one & Flag.FD for one in flags)))

    def _set_option(self, flag: int, on: bool) -> None:
        self._change(lambda flags: _with_option(flags, flag, on))


def _with_kind(flags: int, kind: int) -> int:
    """Flags of another kind of frame; only data frames can be CAN FD."""
    flags = flags & ~int(Flag.REMOTE | Flag.ERROR) | kind
    return flags if not kind else flags & ~int(Flag.FD | Flag.BRS | Flag.ESI)


def _with_option(flags: int, flag: int, on: bool) -> int:
    flags = flags | flag if on else flags & ~flag
    if not flags & Flag.FD:
        flags &= ~int(Flag.BRS | Flag.ESI)
    return flags if flags in _FLAGS else flags & ~flag
