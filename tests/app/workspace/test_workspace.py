"""Workspaces are equal after saving and loading; values that are not valid are problems."""

import json
import os
import re
import sys
from dataclasses import fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.fuzz_setup import FuzzSetup
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import Sequence
from canmcast_gui.app.workspace.view_setups import ColorRule, LineKind, PlotSetup, PlotStyle, ViewSetup
from canmcast_gui.app.workspace.workspace import (
    Workspace,
    WorkspaceError,
    absolute_path,
    kept_path,
    load_workspace,
    problems_message,
    relative_path,
    save_workspace,
)
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.database import Scope
from canmcast_gui.logfile import LogPart
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.wording import counted
from tests.support.unresponsive_file import unresponsive


def test_a_workspace_is_equal_after_saving_and_loading(tmp_path):
    path = tmp_path / "bench.canmcast"
    database = tmp_path / "databases" / "car.dbc"
    workspace = Workspace(
        bus=Measurement.of_bus(BusSettings(group="239.1.2.3", port=5000, hop_limit=0).validated()),
        databases=(database, tmp_path.parent / "other.dbc"),
        database_scopes={database: Scope(frozenset([2]), frozenset(["10.0.0.7"]))},
        gauges=("Engine.Speed", "Brake.Pressure"),
        plots=(
            PlotSetup((("Engine.Speed", PlotStyle()), ("Brake.Pressure", PlotStyle(LineKind.STEPS)))),
            PlotSetup((("Engine.Speed", PlotStyle(raw=True)),), "plot-2", overlaid=True, seconds=30.0),
        ),
        transmit_rows=(TransmitRow(arbitration_id=0x123, data=bytes.fromhex("DEAD")),),
        sequences=(Sequence("Wake", "send 1\nwait 10 ms"),),
        replay=ReplaySetup(
            files=(LogPart(tmp_path / "logs" / "a.asc"), LogPart(tmp_path / "b.blf", -1_500_000_000)),
            order="together",
            speed=None,
            limit=500.0,
            ids="123=456",
        ),
        colors=(ColorRule("Errors", "error", "#d0202b"),),
        bitrate=250_000,
        data_bitrate=5_000_000,
        rate_limit=2000,
        layout=b"AAAA",
        views=(ViewSetup("by_id", "view-2", "error", (("id", 80),)), ViewSetup("chronological")),
    )
    save_workspace(path, workspace)
    assert load_workspace(path) == (workspace, [])
    assert json.loads(path.read_text())["databases"][0] == "databases/car.dbc"
    assert json.loads(path.read_text())["replay"]["files"][0] == {"file": "logs/a.asc", "offset": 0.0}
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def dump(workspace: Workspace) -> str:
    """The content of the file of a workspace."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "w.canmcast"
        save_workspace(path, workspace)
        return path.read_text()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "not a workspace"),
        ("[]", "not a workspace"),
        ("{}", "canmcast_workspace"),
        ('{"canmcast_workspace": 99}', "newer version"),
        ('{"canmcast_workspace": true}', "canmcast_workspace"),
    ],
)
def test_a_file_that_is_not_a_workspace_is_refused(tmp_path, text, problem):
    path = tmp_path / "bench.canmcast"
    path.write_text(text)
    with pytest.raises(WorkspaceError, match=problem):
        load_workspace(path)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"bus": {"group": "10.0.0.1"}}, "bus: .*multicast"),
        ({"bus": {"port": "x"}}, "bus: port: expected a whole number"),
        ({"databases": "car.dbc"}, "databases: expected a list"),
        ({"databases": [""]}, r"databases\[0\]: '' is not the name of a file"),
        (
            {"database_scopes": {"a.dbc": {"channels": ["x"]}}},
            r"database_scopes\['a.dbc'\].channels\[0\]: expected",
        ),
        ({"database_scopes": {"a.dbc": 1}}, r"database_scopes\['a.dbc'\]: expected a group"),
        ({"plots": [1]}, r"plots\[0\]: expected a group"),
        ({"plots": [{"seconds": 0}]}, r"plots\[0\].seconds: expected a number"),
        ({"transmit": [1]}, r"transmit\[0\]: expected a group"),
        ({"layout": "?"}, "layout: "),
        ({"bitrate": 0}, "bitrate: expected a whole number"),
        ({"rate_limit": -1}, "rate_limit: expected a whole number"),
        ({"colors": [1]}, r"colors\[0\]: expected a group"),
        ({"replay": []}, "replay: expected a group"),
        ({"replay": {"files": [{"file": ""}]}}, r"replay.files\[0\].file: '' is not the name of a file"),
        ({"views": [{"kind": "table"}]}, r"views\[0\].kind: expected"),
    ],
)
def test_a_value_that_is_not_valid_is_a_problem_and_the_rest_is_used(tmp_path, values, problem):
    path = tmp_path / "bench.canmcast"
    path.write_text(json.dumps({"canmcast_workspace": 1, "gauges": ["A.B"], **values}))
    workspace, problems = load_workspace(path)
    assert workspace.gauges == ("A.B",)
    assert re.match(problem, str(problems[0]))
    assert problems_message(path, problems).startswith(f"{counted(len(problems), 'value')} of bench.canmcast")


RELEASED = Path(__file__).parent / "released"


def test_a_workspace_of_a_released_version_is_loaded_completely():
    workspace, problems = load_workspace(RELEASED / "full.canmcast")
    assert problems == []
    assert workspace.bus == Measurement.of_bus(
        BusSettings(group="239.74.163.2", port=43114, interface="lo", hop_limit=0)
    )
    assert workspace.databases == (RELEASED / "engine.dbc", RELEASED / "sub" / "body.kcd")
    assert workspace.database_scopes == {
        RELEASED / "engine.dbc": Scope(frozenset({1, 2}), frozenset({"10.0.0.1"}))
    }
    steps = PlotStyle(LineKind.STEPS, raw=True, own_axis=True, color="#1f77b4")
    assert workspace.plots == (
        PlotSetup((("Engine.Speed", PlotStyle()), ("Engine.Gear", steps)), seconds=30.0),
        PlotSetup((("Engine.Speed", PlotStyle(LineKind.POINTS)),), "plot-2", overlaid=True, xy=True),
    )
    assert [row.name for row in workspace.transmit_rows] == ["Wake", "Long", "Answer"]
    assert workspace.transmit_rows[0] == TransmitRow(
        "Wake", 0x123, 0, bytes([1, 2, 3]), 20_000_000, 5, "start", key="F7"
    )
    assert workspace.sequences == (Sequence("Start", "send Wake\nwait 100 ms\n"), Sequence("Stop"))
    assert workspace.replay.files[1] == LogPart(RELEASED / "drive2.blf", 1_500_000_000)
    assert (workspace.replay.speed, workspace.replay.order) == (None, "together")
    assert (workspace.fuzz.kinds, workspace.fuzz.log) == (("classic", "fd"), RELEASED / "fuzz.asc")
    assert workspace.views is not None and workspace.views[1] == ViewSetup("by_id", "view-2", "error")
    assert workspace.colors is not None and workspace.colors[3].on is False
    assert (workspace.bitrate, workspace.data_bitrate, workspace.rate_limit) == (250_000, 4_000_000, 5000)


def test_an_empty_workspace_of_a_released_version_is_empty():
    assert load_workspace(RELEASED / "empty.canmcast") == (Workspace(), [])


def test_a_saved_workspace_has_the_values_of_the_released_version(tmp_path):
    saved = tmp_path / "full.canmcast"
    workspace, _problems = load_workspace(RELEASED / "full.canmcast")
    folder = RELEASED.absolute()
    moved = replace(workspace, databases=(), database_scopes={}, replay=ReplaySetup(), fuzz=FuzzSetup())
    save_workspace(saved, moved)
    before = json.loads((folder / "full.canmcast").read_text())
    after = json.loads(saved.read_text())
    for key in (
        "canmcast_workspace",
        "bus",
        "bitrate",
        "gauges",
        "rate_limit",
        "sequences",
        "views",
        "layout",
    ):
        assert after[key] == before[key], key
    assert after["plots"] == [{**plot, "x": ""} for plot in before["plots"]]


def test_signals_instead_of_plots_are_one_plot(tmp_path):
    path = tmp_path / "old.canmcast"
    path.write_text('{"canmcast_workspace": 1, "plots": ["A.B", "C.D"]}')
    workspace, problems = load_workspace(path)
    assert problems == []
    assert workspace.plots == (PlotSetup((("A.B", PlotStyle()), ("C.D", PlotStyle()))),)


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
NAMES = sorted(
    json.loads(
        dump(Workspace(bus=Measurement.of_bus(BusSettings()), views=(), colors=(), layout=b"", bitrate=1))
    )
)


@given(st.dictionaries(st.sampled_from([*NAMES, "data_bitrate", "rate_limit"]), VALUES, max_size=4))
@example({"bus": {"interface": 5}})
@example({"bus": {"rate_limit": "x"}})
@example({"databases": ["\0"]})
@example({"gauges": ["\ud800"]})
def test_any_value_is_used_or_a_problem_and_used_values_are_saved(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "w.json"
    path.write_text(json.dumps({**content, "canmcast_workspace": 1}))
    workspace, _problems = load_workspace(path)
    try:
        save_workspace(path, workspace)
    except WorkspaceError as error:
        assert "not saved" in str(error)  # half of a character, which no file can contain
        return
    again, problems = load_workspace(path)
    assert again == workspace
    assert problems == []


def test_a_deeply_nested_file_is_refused(tmp_path):
    path = tmp_path / "deep.canmcast"
    path.write_text("[" * 200_000)
    with pytest.raises(WorkspaceError, match=r"deep\.canmcast is not a workspace"):
        load_workspace(path)


def test_sizes_and_layout_do_not_count_as_changes():
    view, plot = ViewSetup("by_id", "view-2", "", (("id", 80),)), PlotSetup((("A.B", PlotStyle()),))
    one = Workspace(views=(view,), plots=(plot,), layout=b"AAAA")
    wider = replace(view, columns=(("id", 90),))
    other = Workspace(views=(wider,), plots=(replace(plot, seconds=30.0),), layout=b"BBBB")
    assert one.comparable() == other.comparable()
    for changed in (
        replace(one, views=(replace(view, columns=(("name", 80),)),)),
        replace(one, plots=(replace(plot, overlaid=True),)),
        replace(one, transmit_rows=(TransmitRow(name="x"),)),
        replace(one, colors=()),
        replace(one, bitrate=250_000),
        replace(one, rate_limit=500),
    ):
        assert changed.comparable() != one.comparable()


def test_a_missing_folder_is_reported(tmp_path):
    with pytest.raises(WorkspaceError, match="not saved"):
        save_workspace(tmp_path / "absent" / "w.json", Workspace())
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_workspace(tmp_path / "absent.json")


@pytest.mark.parametrize("kind", ["a device", "a pipe", "a folder"])
def test_devices_pipes_and_folders_are_refused_at_once(tmp_path, kind):
    path = tmp_path / "x.canmcast"
    if kind == "a device":
        path.symlink_to("/dev/zero")
    elif kind == "a pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(WorkspaceError, match=f"it is {kind}"):
        load_workspace(path)


def test_a_file_that_does_not_answer_is_refused_in_time(tmp_path, monkeypatch):
    path = tmp_path / "x.canmcast"
    path.write_text("{}")
    monkeypatch.setattr("canmcast_gui.app.workspace.workspace.PATIENCE_SECONDS", 0.05)
    with unresponsive(path), pytest.raises(WorkspaceError, match="no answer for"):
        load_workspace(path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights and links")
def test_saving_keeps_the_mode_and_replaces_the_target_of_a_link(tmp_path):
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
    assert load_workspace(path)[0].gauges == ("A.B",)
    assert victim.read_text() == "as it was"
    assert len(list(tmp_path.iterdir())) == 4


PARTS = st.lists(st.sampled_from(["a", "b c", "ü", "car.dbc"]), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("file", "folder", "text"),
    [
        ("/home/me/bench/car.dbc", "/home/me/bench", "car.dbc"),
        ("/home/me/databases/car.dbc", "/home/me/bench", "../databases/car.dbc"),
        ("/media/stick/car.dbc", "/home/me/bench", "/media/stick/car.dbc"),
    ],
)
def test_paths_are_relative_if_they_have_a_folder_in_common(file, folder, text):
    assert relative_path(Path(file), Path(folder)) == text
    assert absolute_path(text, Path(folder)) == Path(file)


@given(PARTS, PARTS)
def test_a_relative_path_leads_to_the_same_file(file, folder):
    here, there = Path("/absent", *folder), Path("/absent", *file)
    assert absolute_path(relative_path(there, here), here) == there


def test_saved_and_unsaved_workspaces_are_kept_in_different_files():
    assert kept_path() != kept_path(changed=True)
    assert kept_path().parent == kept_path(changed=True).parent


def test_a_workspace_keeps_several_channels_without_their_passwords(tmp_path):
    texts = [
        "powertrain=multicast:239.1.2.3,local=true",
        "lab=remote:ws://host,bitrate=500000,password=secret",
    ]
    measurement = Measurement.of(parse_channels(texts))
    path = tmp_path / "bench.canmcast"
    save_workspace(path, Workspace(bus=measurement))
    assert "secret" not in path.read_text()
    loaded = load_workspace(path)[0].bus
    assert loaded is not None
    assert [each.title for each in loaded.channels] == ["powertrain", "lab"]
    assert dict(loaded.channels[1].options) == {"bitrate": 500000}
