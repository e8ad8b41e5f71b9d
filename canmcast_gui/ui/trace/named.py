"""Filters that the user gave a name: chosen, kept and deleted in a menu of the filter box."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu

from canmcast_gui.app.settings import AppSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.plain_text import label_text

# As many as a menu can show on a small screen.
MOST_NAMED = 40


class NamedFilters(QObject):
    """The menu of one filter box; all boxes share the filters, which settings keep."""

    def __init__(self, settings: AppSettings, box: QLineEdit) -> None:
        super().__init__(box)
        self._field = settings.filters
        self._box = box

    @property
    def filters(self) -> dict[str, str]:
        """Texts by their names; what was damaged by hand is left out."""
        return {name: text for name, text in self._field.value.items() if isinstance(text, str)}

    def menu(self) -> QMenu:
        """All filters to choose from, and what can be done with them."""
        menu = QMenu(self._box)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        filters = self.filters
        for name, text in filters.items():
            action = menu.addAction(label_text(name), lambda text=text: self._box.setText(text))
            action.setToolTip(text)
        if not filters:
            menu.addAction("No filter has been kept yet").setEnabled(False)
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        text = self._box.text().strip()
        menu.addAction(icons.icon("add"), "&Keep this filter…", self.ask_name).setEnabled(bool(text))
        if filters:
            delete = menu.addMenu(icons.icon("remove"), "&Delete")
            for name in filters:
                delete.addAction(label_text(name), lambda name=name: self.remove(name))
        return menu

    def ask_name(self) -> None:
        """Ask what the filter in the box shall be called."""
        dialog = QInputDialog(self._box)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Keep the filter")
        dialog.setLabelText("Name of the filter; one with that name is replaced:")
        dialog.setTextValue(self._box.text())
        dialog.textValueSelected.connect(self.keep)
        dialog.open()

    def keep(self, name: str) -> None:
        """Keep the filter in the box under a name; the oldest ones go when there are too many."""
        if name.strip():
            others = {one: text for one, text in self.filters.items() if one != name.strip()}
            kept = {**others, name.strip(): self._box.text().strip()}
            self._field.set(dict(list(kept.items())[-MOST_NAMED:]))

    def remove(self, name: str) -> None:
        """Forget a filter."""
        self._field.set({one: text for one, text in self.filters.items() if one != name})
