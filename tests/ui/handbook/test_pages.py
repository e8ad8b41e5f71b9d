"""What the handbook says is there: pages, headings, pictures, commands, options, filters."""

import re

import click
import pytest

from canmcast_gui.cli.program import COMMANDS, Program
from canmcast_gui.frames.filters import SignalColumn, Vocabulary, compile_filter
from canmcast_gui.frames.filters.vocabulary import SignalName
from canmcast_gui.ui.handbook.pages import INDEX, folder, names, page
from canmcast_gui.ui.handbook.window import PANEL_PAGES
from canmcast_gui.ui.panels.dock import PANELS

PAGES = names()
BUS_OPTIONS = {
    "--bus",
    "--group",
    "--port",
    "--interface",
    "--hop-limit",
    "--local",
    "--no-fd",
    "--receive-buffer",
}


def text_of(name):
    """The Markdown of a page in its file."""
    return (folder() / f"{name}.md").read_text(encoding="utf-8")


def table(name, heading):
    """The rows of the table below a heading: what is typed, and what it does."""
    section = text_of(name).split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", section, re.MULTILINE)
    return [(typed.strip("`"), meaning) for typed, meaning in rows[1:]]


def options_of(command):
    """The long options of a command, but for the one of its help."""
    loaded = Program().get_command(click.Context(Program()), command)
    return {name for one in loaded.params for name in one.opts if name.startswith("--")} - {"--help"}


def window_options():
    """The long options of the program with the window."""
    from canmcast_gui.__main__ import command

    return {name for one in command.params for name in one.opts if name.startswith("--")}


def places():
    """Each page, and each of its headings."""
    return set(PAGES) | {f"{name}#{one.anchor}" for name in PAGES for one in page(name).headings}


def test_the_first_page_lists_all_others_by_their_titles():
    assert PAGES[0] == INDEX
    assert sorted(PAGES) == sorted(path.stem for path in folder().glob("*.md"))
    listed = re.findall(r"^- \[([^\]]+)\]\((\w[\w-]*)\.md\)$", text_of(INDEX), re.MULTILINE)
    assert listed == [(page(name).title, name) for name in PAGES[1:]]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_title_and_headings_that_differ(name):
    headings = page(name).headings
    assert [one.level for one in headings].count(1) == 1 and headings[0].level == 1
    anchors = [one.anchor for one in headings]
    assert len(set(anchors)) == len(anchors)


@pytest.mark.parametrize("name", PAGES)
def test_links_and_pictures_lead_somewhere_inside_the_handbook(name):
    for target in re.findall(r"\]\(([^)]+)\)", text_of(name)):
        file, _, anchor = target.partition("#")
        if file.endswith(".png"):
            assert (folder() / file).is_file(), target
            continue
        assert not file or file.endswith(".md"), target
        other = file.removesuffix(".md") or name
        assert (f"{other}#{anchor}" if anchor else other) in places(), target


def test_every_picture_is_used_and_all_of_them_are_small():
    shown = {target for name in PAGES for target in re.findall(r"\]\((images/[^)]+)\)", text_of(name))}
    pictures = list((folder() / "images").iterdir())
    assert shown == {f"images/{path.name}" for path in pictures}
    assert sum(path.stat().st_size for path in pictures) < 1_500_000


def test_every_panel_has_its_page():
    assert set(PANEL_PAGES) == {name for name, _title, _keys in PANELS}
    assert set(PANEL_PAGES.values()) <= places()


def test_each_command_is_explained_with_all_its_options():
    text = text_of("command-line")
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    wanted = {name: options_of(name) - BUS_OPTIONS for name in COMMANDS}
    wanted["canmcast-gui"] = window_options() - BUS_OPTIONS - {"--version", "--help"}
    assert set(sections) == set(wanted)
    for name, options in wanted.items():
        found = set(re.findall(r"`(--[\w-]+)", sections[name]))
        assert found - BUS_OPTIONS - window_options() == options - window_options(), name
        assert options <= found, name
    assert sorted(re.findall(r"^\| \[`canmcast (\w+)`\]", text, re.MULTILINE)) == sorted(COMMANDS)


def test_the_options_of_the_bus_are_those_that_commands_take():
    assert options_of("doctor") - {"--duration"} == BUS_OPTIONS
    listed = re.findall(r"^\| `(--[\w-]+)", text_of("command-line").split("## canmcast-gui")[0], re.MULTILINE)
    assert set(listed) == BUS_OPTIONS


@pytest.mark.parametrize("name", PAGES)
def test_commands_and_options_exist_wherever_they_are_named(name):
    known = window_options().union(*map(options_of, COMMANDS))
    text = text_of(name)
    shell = [line for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    for code in (*shell, *re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))):
        words = code.split()
        if words[0] == "canmcast" and len(words) > 1:
            if words[1] == "COMMAND":
                continue
            assert words[1] in COMMANDS, words
            assert {one for one in words if one.startswith("--")} <= options_of(words[1]) | {"--help"}, words
        elif words[0] == "canmcast-gui":
            assert {one for one in words if one.startswith("--")} <= window_options(), words
        elif words[0].startswith("--"):
            assert words[0] in known, words


def signal_column(name) -> SignalColumn | None:
    """A database that knows the signals of the examples."""
    return (lambda _batch: ([], [])) if name in ("Engine.Speed", "Engine.Gear") else None


def is_filter(text):
    """Whether it compiles where a database is loaded and channels have names."""
    compile_filter(
        text,
        names=lambda _pattern: (),
        signals=signal_column,
        choices=lambda _name: {"Reverse": 1},
        vocabulary=lambda: Vocabulary(signals=(SignalName("Engine.Speed", "Speed"),)),
        channels={1: "body", 2: "powertrain", 3: "rear axle"},
    )
    return True


@pytest.mark.parametrize("text", [typed for typed, _meaning in table("filter", "Examples")])
def test_examples_of_filters_are_filters(text):
    assert is_filter(text)


def test_filters_and_fields_that_pages_name_are_filters():
    fields = re.findall(r"`([^`]+)`", text_of("filter"))
    examples = [one for one in fields if re.search(r"^[a-zA-Z].* (==|<|>|in|&|~|!=)", one)]
    assert len(examples) > 10
    for text in examples:
        assert is_filter(text), text


@pytest.mark.parametrize("name", PAGES)
def test_a_sentence_stands_between_code_and_a_table(name):
    """Qt puts an empty line into the first cell of a table that follows code."""
    assert not re.search(r"```\n\s*\|", text_of(name))


@pytest.mark.parametrize("name", PAGES)
def test_code_fits_into_the_window_of_the_handbook(name):
    blocks = re.findall(r"^```\w*\n(.*?)^```", text_of(name), re.MULTILINE | re.DOTALL)
    assert max((len(line) for block in blocks for line in block.splitlines()), default=0) <= 90
