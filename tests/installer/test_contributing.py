"""CONTRIBUTING.md names existing things: modules, scripts, links, headings, packages and their order."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TEXT = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PROJECT_FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as Markdown viewers make them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_path_that_it_names_is_there():
    prose = re.sub(r"```.*?```", "", TEXT, flags=re.DOTALL)
    named = {one for one in re.findall(r"`([\w./-]+)`", prose) if "/" in one or one.endswith(".py")}
    named -= {"NAME.py", "can.py", ".venv/bin/lint-imports"}
    assert len(named) > 100
    folders = PROJECT, PROJECT / "canmcast_gui"
    assert [path for path in sorted(named) if not any((folder / path).exists() for folder in folders)] == []


def test_scripts_and_tests_in_its_commands_are_there():
    named = set(re.findall(r"\b(?:tests|installer)/[\w./-]*\w", TEXT))
    assert len(named) > 10
    assert [path for path in sorted(named) if not (PROJECT / path).exists()] == []


def test_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        file, _, anchor = target.partition("#")
        path = PROJECT / file if file else PROJECT / "CONTRIBUTING.md"
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), target


def test_the_diagram_is_that_of_the_contract():
    (contract,) = (
        one for one in PROJECT_FILE["tool"]["importlinter"]["contracts"] if one["type"] == "layers"
    )
    (diagram,) = re.findall(r"## Packages\n\n```\n(.*?)```", TEXT, re.DOTALL)
    drawn = [set(re.findall(r"\w+", line)) for line in diagram.splitlines()]
    assert [line for line in drawn if line] == [set(re.findall(r"\w+", one)) for one in contract["layers"]]


def test_names_in_code_are_those_of_the_code():
    for path, names in (
        ("canmcast_gui/logfile/formats.py", ("FORMATS", "_table")),
        ("canmcast_gui/database/formats.py", ("FORMATS",)),
        ("canmcast_gui/transmit/payload/__init__.py", ("AnyGenerator",)),
        ("canmcast_gui/transmit/commands.py", ("Command",)),
        ("canmcast_gui/app/transmit/parsing/generator_text.py", ("_KINDS",)),
        ("canmcast_gui/cli/program.py", ("COMMANDS",)),
        ("canmcast_gui/ui/panels/dock.py", ("PANELS",)),
        ("canmcast_gui/ui/window/docks.py", ("TABS",)),
        ("canmcast_gui/ui/handbook/window.py", ("PANEL_PAGES",)),
        ("canmcast_gui/frames/validity.py", ("repair_ids",)),
        ("tests/logfile/frames.py", ("kept_by",)),
    ):
        code = (PROJECT / path).read_text(encoding="utf-8")
        for name in names:
            assert f"`{name}" in TEXT, name
            assert re.search(rf"^(def )?{name}\b", code, re.MULTILINE), f"{name} in {path}"


def test_it_is_found_and_shipped():
    assert "](CONTRIBUTING.md)" in (PROJECT / "README.md").read_text(encoding="utf-8")
    assert "CONTRIBUTING.md" in PROJECT_FILE["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
