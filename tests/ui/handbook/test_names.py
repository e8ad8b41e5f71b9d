"""What the handbook calls things is what they are called in the window."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QShortcut

from canmcast_gui.ui.handbook.pages import names, page
from canmcast_gui.ui.panels.dock import PANELS
from tests.ui.handbook.test_pages import table

pytestmark = [pytest.mark.window]

_PATH = re.compile(r"\*\*([^*›]+(?: › [^*]+)+)\*\*")


def menu_paths(menu, path):
    """Each entry of a menu and those below it, as the handbook writes them."""
    menu.aboutToShow.emit()
    found = set()
    for action in menu.actions():
        place = (*path, action.text().replace("&", ""))
        found.add(" › ".join(place))
        if action.menu() is not None:
            found |= menu_paths(action.menu(), place)
    return found


def all_paths(window):
    """Each entry of the menu bar."""
    return set().union(*(menu_paths(one.menu(), (title(one),)) for one in window.menuBar().actions()))


def title(action):
    """What a menu is called."""
    return action.text().replace("&", "")


TEXTS = {"README": (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")}
TEXTS |= {name: page(name).markdown for name in names()}


@pytest.mark.parametrize("name", TEXTS)
def test_entries_of_menus_that_are_named_exist(window, name):
    named = {" ".join(path.split()) for path in _PATH.findall(TEXTS[name])}
    assert named <= all_paths(window)


def test_pages_name_entries_of_every_menu(window):
    named = {path.split(" › ")[0] for name in names() for path in _PATH.findall(page(name).markdown)}
    menus = {title(action) for action in window.menuBar().actions()}
    assert named >= menus - {"Help"}


RATES = ("Bit rate for the bus load", "Bit rate for CAN FD data")
# What these list are choices or names, not commands.
LISTS = ("Channels", "Columns", "Open recent", "Recent workspaces", "Saved filters", "Theme", *RATES)
HEADINGS = {"Window › Layout"}


def test_every_command_of_the_menu_bar_is_on_a_page(window):
    """Its title is in bold, alone or with its menu, or in the table of keys."""
    text = " ".join(page(name).markdown for name in names())
    bold = {" ".join(one.split()) for one in re.findall(r"\*\*([^*]+)\*\*", text)}
    keys = {meaning for _keys, meaning in table("keyboard", "Window")}
    paths = {path for path in all_paths(window) if not path.endswith(" › ")}
    menus = {path for path in paths if any(other.startswith(f"{path} › ") for other in paths)}
    commands = {path for path in paths - menus - HEADINGS if not any(f"› {one} ›" in path for one in LISTS)}
    assert len(commands) > 80
    titles = {path: path.rpartition(" › ")[2] for path in commands}
    assert {
        path
        for path, title in titles.items()
        if not {path, title, title.rstrip("…")} & bold and title.rstrip("…") not in keys
    } == set()


def test_the_tables_of_keys_list_what_the_actions_and_panels_have(window):
    assert table("keyboard", "Window") == window.actions_.keys()
    assert table("keyboard", "Frames, IDs and signals") == window.subjects.commands.keys()
    panels = [(keys, f"The panel {title}, wherever it is") for _name, title, keys in PANELS]
    assert table("keyboard", "Panels") == panels


def test_the_keys_of_the_window_are_on_the_page_about_keys(qtbot, window):
    page_text = page("keyboard").markdown
    known = {
        key.strip()
        for row in re.findall(r"^\| ([^|]+) \|", page_text, re.MULTILINE)
        for key in row.split(", ")
    }
    actions = [key.toString() for one in window.findChildren(QAction) for key in one.shortcuts()]
    shortcuts = [one.key().toString() for one in window.findChildren(QShortcut)]
    assert len(actions) > 40
    assert {*actions, *shortcuts} <= known
