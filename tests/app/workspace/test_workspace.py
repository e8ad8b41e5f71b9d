"""A workspace comes back as it was saved; a damaged one gets a sentence."""

import json
import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.workspace.values import WorkspaceError
from canmcast_gui.app.workspace.view_setups import LineKind, PlotSetup, PlotStyle, ViewSetup
from canmcast_gui.app.workspace.workspace import Workspace, load_workspace, save_workspace
from canmcast_gui.database import Scope
from canmcast_gui.logfile import LogPart
from canmcast_gui.transport.settings import BusSettings
from tests.support.unresponsive_file import unresponsive


def test_it_comes_back_as_it_was_saved(tmp_path):
    path = tmp_path / "bench.canmcast"
    database = tmp_path / "databases" / "car.dbc"
    workspace = Workspace(
        bus=BusSettings(group="239.1.2.3", port=5000, hop_limit=0).validated(),
        databases=(database, tmp_path.parent / "other.dbc"),
        database_scopes={database: Scope(frozenset([2]), frozenset(["10.0.0.7"]))},
        gauges=("Engine.Speed", "Brake.Pressure"),
        plots=(
            PlotSetup((("Engine.Speed", PlotStyle()), ("Brake.Pressure", PlotStyle(LineKind.STEPS)))),
            PlotSetup((("Engine.Speed", PlotStyle(raw=True)),), "plot-2", overlaid=True, seconds=30.0),
        ),
        transmit_rows=({"id": 0x123, "data": "DEAD"},),
        sequences=({"name": "Wake", "text": "send 1\nwait 10 ms"},),
        replay=ReplaySetup(
            files=(LogPart(tmp_path / "logs" / "a.asc"), LogPart(tmp_path / "b.blf", -1_500_000_000)),
            order="together",
            speed=None,
            limit=500.0,
            ids="123=456",
        ),
        colors=({"name": "Errors", "filter": "error", "color": "#d0202b", "on": True},),
        bitrate=250_000,
        data_bitrate=5_000_000,
        rate_limit=2000,
        layout="AAAA",
        views=(ViewSetup("by_id", "view-2", "error", (("id", 80),)), ViewSetup("chronological")),
    )
    save_workspace(path, workspace)
    assert load_workspace(path) == workspace
    assert json.loads(path.read_text())["databases"][0] == "databases/car.dbc"
    assert json.loads(path.read_text())["replay"]["files"][0] == {"file": "logs/a.asc", "offset": 0.0}
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def dump(workspace: Workspace) -> str:
    """What a workspace's file says."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "w.canmcast"
        save_workspace(path, workspace)
        return path.read_text()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no workspace"),
        ("[]", "no workspace"),
        ("{}", "canmcast_workspace"),
        ('{"canmcast_workspace": 99}', "newer version"),
        ('{"canmcast_workspace": 1, "bus": {"group": "10.0.0.1"}}', "multicast"),
        ('{"canmcast_workspace": 1, "bus": {"port": "x"}}', "port"),
        ('{"canmcast_workspace": 1, "databases": "car.dbc"}', "databases is str"),
        ('{"canmcast_workspace": 1, "database_scopes": {"a.dbc": {"channels": ["x"]}}}', "database_scopes"),
        ('{"canmcast_workspace": 1, "database_scopes": {"a.dbc": 1}}', "database_scopes"),
        ('{"canmcast_workspace": 1, "plots": [1]}', "plots: a plot must be"),
        ('{"canmcast_workspace": 1, "plots": [{"seconds": 0}]}', "plots: a plot cannot show 0 seconds"),
        ('{"canmcast_workspace": 1, "transmit": [1]}', "transmit"),
        ('{"canmcast_workspace": true}', "canmcast_workspace"),
        ('{"canmcast_workspace": 1, "layout": "?"}', "layout is damaged"),
        ('{"canmcast_workspace": 1, "bitrate": 0}', "bitrate: 0 bit/s"),
        ('{"canmcast_workspace": 1, "rate_limit": -1}', "rate_limit: -1 frames/s"),
        ('{"canmcast_workspace": 1, "colors": [1]}', "colors"),
        ('{"canmcast_workspace": 1, "replay": []}', "replay is list"),
        ('{"canmcast_workspace": 1, "replay": {"files": [{"file": ""}]}}', "replay: '' names no file"),
        ('{"canmcast_workspace": 1, "databases": [""]}', "names no file"),
        ('{"canmcast_workspace": 1, "views": [{"kind": "table"}]}', "views: a view's kind"),
    ],
)
def test_a_damaged_one_gets_a_sentence(tmp_path, text, problem):
    path = tmp_path / "bench.canmcast"
    path.write_text(text)
    with pytest.raises(WorkspaceError, match=problem):
        load_workspace(path)


BUS = st.sampled_from([field.name for field in fields(BusSettings)])
KEYS = BUS | st.sampled_from(["signals", "signal", "kind", "color", "name", "filter", "columns", "channels"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4)
KNOWN = st.sampled_from(["by_id", "239.1.1.1", "car.dbc", "..", "AAAA", "#102030", "lines"])
VALUES = st.recursive(
    LEAVES | KNOWN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=2), inner, max_size=4)
    ),
    max_leaves=10,
)
NAMES = sorted(json.loads(dump(Workspace(bus=BusSettings(), views=(), colors=(), layout="", bitrate=1))))


@given(st.dictionaries(st.sampled_from([*NAMES, "data_bitrate", "rate_limit"]), VALUES, max_size=4))
@example({"bus": {"interface": 5}})
@example({"bus": {"rate_limit": "x"}})
@example({"databases": ["\0"]})
@example({"gauges": ["\ud800"]})
def test_any_value_is_taken_or_refused_and_what_is_taken_comes_back(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "w.json"
    path.write_text(json.dumps({**content, "canmcast_workspace": 1}))
    try:
        workspace = load_workspace(path)
    except WorkspaceError as error:
        assert "w.json" in str(error)
        return
    try:
        save_workspace(path, workspace)
    except WorkspaceError as error:
        assert "not saved" in str(error)  # half of a character, which no file can hold
        return
    assert repr(load_workspace(path)) == repr(workspace)  # not a number is not equal to itself


def test_what_is_nested_without_end_is_refused(tmp_path):
    path = tmp_path / "deep.canmcast"
    path.write_text("[" * 200_000)
    with pytest.raises(WorkspaceError, match=r"deep\.canmcast is no workspace"):
        load_workspace(path)


def test_sizes_and_places_are_no_changes():
    view, plot = ViewSetup("by_id", "view-2", "", (("id", 80),)), PlotSetup((("A.B", PlotStyle()),))
    one = Workspace(views=(view,), plots=(plot,), layout="AAAA")
    wider = replace(view, columns=(("id", 90),))
    other = Workspace(views=(wider,), plots=(replace(plot, seconds=30.0),), layout="BBBB")
    assert one.essence() == other.essence()
    for changed in (
        replace(one, views=(replace(view, columns=(("name", 80),)),)),
        replace(one, plots=(replace(plot, overlaid=True),)),
        replace(one, transmit_rows=({"name": "x"},)),
        replace(one, colors=()),
        replace(one, bitrate=250_000),
        replace(one, rate_limit=500),
    ):
        assert changed.essence() != one.essence()


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(WorkspaceError, match="not saved"):
        save_workspace(tmp_path / "absent" / "w.json", Workspace())
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_workspace(tmp_path / "absent.json")


@pytest.mark.parametrize("kind", ["a device", "a pipe", "a folder"])
def test_what_is_no_file_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "x.canmcast"
    if kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(WorkspaceError, match=f"it is {kind}"):
        load_workspace(path)


def test_one_that_does_not_answer_is_given_up_on(tmp_path, monkeypatch):
    path = tmp_path / "x.canmcast"
    path.write_text("{}")
    monkeypatch.setattr("canmcast_gui.app.workspace.workspace.PATIENCE_SECONDS", 0.05)
    with unresponsive(path), pytest.raises(WorkspaceError, match="no answer for"):
        load_workspace(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights and links")
def test_saving_keeps_the_mode_follows_a_link_to_the_file_and_leaves_nothing_else(tmp_path):
    path, link = tmp_path / "x.canmcast", tmp_path / "link.canmcast"
    path.touch()
    path.chmod(0o640)
    link.symlink_to(path)
    victim = tmp_path / "victim"
    victim.write_text("as it was")
    (tmp_path / f".{path.name}.{os.getpid()}").symlink_to(victim)
    save_workspace(link, Workspace(gauges=("A.B",)))
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert load_workspace(path).gauges == ("A.B",)
    assert victim.read_text() == "as it was"
    assert len(list(tmp_path.iterdir())) == 4
