"""A workspace comes back as it was saved; a damaged one gets a sentence."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.plot_setup import LineKind, PlotSetup, PlotStyle
from canmcast_gui.app.view_setup import ViewSetup
from canmcast_gui.app.workspace import Workspace, load_workspace, save_workspace
from canmcast_gui.app.workspace_values import WorkspaceError
from canmcast_gui.database import Scope
from canmcast_gui.transport.settings import BusSettings


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
        views=(ViewSetup("by_id", "view-2", "error", (("id", 80),)), ViewSetup("chronological")),
    )
    save_workspace(path, workspace)
    assert load_workspace(path) == workspace
    assert json.loads(path.read_text())["databases"][0] == "databases/car.dbc"
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


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
        ('{"canmcast_workspace": 1, "views": [{"kind": "table"}]}', "views: a view's kind"),
    ],
)
def test_a_damaged_one_gets_a_sentence(tmp_path, text, problem):
    path = tmp_path / "bench.canmcast"
    path.write_text(text)
    with pytest.raises(WorkspaceError, match=problem):
        load_workspace(path)


@given(
    content=st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists),
    name=st.sampled_from(["bus", "databases", "database_scopes", "plots", "transmit", "views"]),
)
def test_any_value_is_taken_or_refused(tmp_path_factory, content, name):
    path = tmp_path_factory.mktemp("any") / "w.json"
    path.write_text(json.dumps({"canmcast_workspace": 1, name: content}))
    try:
        assert isinstance(load_workspace(path), Workspace)
    except WorkspaceError as error:
        assert "w.json" in str(error)


def test_a_folder_that_is_not_there_is_said(tmp_path):
    with pytest.raises(WorkspaceError, match="not saved"):
        save_workspace(tmp_path / "absent" / "w.json", Workspace())
    with pytest.raises(WorkspaceError, match="cannot be read"):
        load_workspace(tmp_path / "absent.json")
