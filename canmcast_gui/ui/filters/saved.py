"""Saved and recent filters, which all filter fields share."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import allow
from canmcast_gui.ui.labels import label_text

# As many as a menu can show on a small screen.
MAX_SAVED = 40


class SavedFilters(QObject):
    """The menu of saved filters of a filter box; all boxes share the filters, which are in the settings."""

    def __init__(self, settings: AppSettings, box: QLineEdit) -> None:
        super().__init__(box)
        self._settings = settings
        self._field = settings.filters
        self._box = box

    @property
    def filters(self) -> dict[str, str]:
        """Texts of filters by their names."""
        return self._field.value

    def menu(self) -> QMenu:
        """A new menu with all filters, and actions to save and delete them."""
        menu = QMenu(self._box)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill(menu)
        return menu

    def fill(self, menu: QMenu) -> None:
        """Add all filters to a menu, and actions to save and delete them."""
        filters = self.filters
        for name, text in filters.items():
            action = menu.addAction(label_text(name), partial(self._use, text))
            action.setToolTip(text)
        if not filters:
            allow(menu.addAction("No saved filters"), False, "Type a filter, then save it.")
        menu.setToolTipsVisible(True)
        menu.addSeparator()
        recent = self._settings.recent_filters.value
        if recent:
            used = menu.addMenu("&Recent filters")
            for text in recent:
                used.addAction(label_text(text), partial(self._use, text))
        text = self._box.text().strip()
        save = menu.addAction(icons.icon("add"), "&Save this filter…", self.ask_name)
        allow(save, bool(text), "Type a filter first.")
        if filters:
            delete = menu.addMenu(icons.icon("remove"), "&Delete")
            for name in filters:
                delete.addAction(label_text(name), partial(self.remove, name))

    def add_recent(self, text: str) -> None:
        """Remember a filter that was used."""
        if text.strip() and text not in self.filters.values():
            self._settings.add_recent(self._settings.recent_filters, text.strip())

    def _use(self, text: str) -> None:
        self._box.setText(text)
        self._box.setFocus()

    def ask_name(self) -> None:
        """Ask for a name for the filter in the box."""
        dialog = QInputDialog(self._box)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Save the filter")
        dialog.setLabelText("Name (a filter with the same name is replaced):")
        dialog.setTextValue(self._box.text())
        dialog.textValueSelected.connect(self.save)
        dialog.open()

    def save(self, name: str) -> None:
        """Save the filter in the box under a name; the oldest of too many filters are deleted."""
        if name.strip():
            filters = self._without(name.strip())
            filters[name.strip()] = self._box.text().strip()
            self._field.set(dict(list(filters.items())[-MAX_SAVED:]))

    def remove(self, name: str) -> None:
        """Delete a saved filter."""
        self._field.set(self._without(name))

    def _without(self, name: str) -> dict[str, str]:
        return {other: text for other, text in self.filters.items() if other != name}
