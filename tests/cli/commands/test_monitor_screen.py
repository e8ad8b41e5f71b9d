"""The screen of ``canmcast monitor``: names and sources are shown unchanged."""

import io

from rich.console import Console

from canmcast_gui.cli.commands.monitor import Screen, draw
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.recording import NewestById
from tests.support.frames import mixed, traffic

WIDTH = 160
KCD = """<NetworkDefinition xmlns="http://kayak.2codeornot2code.org/1.0"><Document name="d"/>
<Bus name="b"><Message id="0x100" length="8" name="{name}"/></Bus></NetworkDefinition>"""


def shown(tmp_path, name: str, source: str, headline: str = "", batch: FrameBatch | None = None) -> str:
    path = tmp_path / "names.kcd"
    path.write_text(KCD.format(name=name))
    databases, sources, newest = DatabaseSet(), SourceTable(), NewestById()
    databases.add(load_database(path))
    batch = traffic(1, ids=1) if batch is None else batch
    batch.records["source"] = sources.number(Source(source, 43113))
    newest.update(batch, 0)
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, force_terminal=True, color_system=None, legacy_windows=False)
    console.print(draw(Screen(WIDTH, 24), newest, databases, sources, headline))
    return out.getvalue()


def test_a_name_that_looks_like_markup_is_shown(tmp_path):
    assert "x[/y]" in shown(tmp_path, "x[/y]", "10.0.0.1")
    assert "[bold]x" in shown(tmp_path, "[bold]x", "10.0.0.1")


def test_an_ipv6_source_is_shown(tmp_path):
    assert "[fe80::1]:43113" in shown(tmp_path, "x", "fe80::1")


def test_nothing_from_outside_controls_the_terminal(tmp_path):
    text = shown(tmp_path, "a&#x9b;2Jb\u202ec", "10.0.0.1", "bus \x1b]0;title\x07")
    assert r"a\x9b2Jb\u202ec" in text
    assert r"bus \x1b]0;title\x07" in text
    assert not any(one in text for one in "\x9b\u202e\x1b\x07")


def test_an_error_frame_is_named_and_has_no_id(tmp_path):
    (line,) = [line for line in shown(tmp_path, "x", "::1", batch=mixed()).splitlines() if "Error" in line]
    assert line.split()[:2] == ["Error", "frame"]
