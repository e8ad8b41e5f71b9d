"""Buttons, fields, panels and columns that the handbook names in bold have that text in the program."""

import ast
import re
from pathlib import Path

import pytest

import canmcast_gui
from canmcast_gui.database.problems import DOUBTFUL, LEFT_OUT, REPAIRED
from canmcast_gui.ui.handbook.pages import names, page

PACKAGE = Path(canmcast_gui.__file__).parent
PARTS = ("ui", "models", "app")

# What the program puts together from parts, with an example.
MADE = {"Only ID 100": "Only ", "Without ID 100": "Without "}


def texts() -> set[str]:
    """All texts in the modules of the window, without the marks of keys."""
    modules = (
        path for part in PARTS for path in (PACKAGE / part).rglob("*.py") if path.parent.name != "handbook"
    )
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in modules)
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {text.replace("&", "") for text in constants if isinstance(text, str)}


TEXTS = texts()


def begins_a_text(name: str) -> bool:
    """Whether a text is that name, or begins with it and continues with another word or sign."""
    wanted = MADE.get(name, name)
    return any(text == wanted or re.match(re.escape(wanted) + r"\W", text) for text in TEXTS)


@pytest.mark.parametrize("name", names())
def test_names_in_bold_are_in_the_program(name):
    text = re.sub(r"```.*?```", "", page(name).markdown, flags=re.DOTALL)
    bold = {" ".join(one.split()) for one in re.findall(r"\*\*([^*]+)\*\*", text)}
    assert {one for one in bold if "›" not in one and not begins_a_text(one)} == set()


def test_kinds_of_problems_are_those_of_the_browser():
    text = page("databases").markdown
    assert all(f"| {kind} |" in text for kind in (REPAIRED, LEFT_OUT, DOUBTFUL))
