"""Setups of views and plots are equal after storing and loading; values that are not valid are skipped."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSettings

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.workspace.view_setups import (
    COLOR_RULES,
    DEFAULT_RULES,
    KINDS,
    MAX_RULES,
    MAX_SIGNALS,
    ColorRule,
    LineKind,
    PlotSetup,
    PlotStyle,
    ViewSetup,
)
from canmcast_gui.frames.schema import dump, load, load_list

VIEWS = st.builds(
    ViewSetup,
    st.sampled_from(KINDS),
    st.text(max_size=8),
    st.text(max_size=8),
    st.lists(st.tuples(st.text(max_size=8), st.integers(0, 2000)), max_size=4).map(tuple),
)
STYLES = st.builds(
    PlotStyle,
    kind=st.none() | st.sampled_from(LineKind),
    raw=st.booleans(),
    own_axis=st.booleans(),
    color=st.none() | st.from_regex(r"\A#[0-9a-fA-F]{6}\Z"),
)
PLOTS = st.builds(
    PlotSetup,
    signals=st.lists(st.tuples(st.text(), STYLES), max_size=4).map(tuple),
    name=st.text(),
    overlaid=st.booleans(),
    seconds=st.floats(0.001, 1e6),
    xy=st.booleans(),
)


@given(VIEWS | PLOTS)
def test_a_setup_is_equal_after_storing_and_loading(setup):
    assert load(type(setup), dump(setup)) == (setup, [])


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (1, "views[0]: expected a group"),
        ({}, "views[0]: kind is missing"),
        ({"kind": "table"}, "views[0].kind: expected"),
        ({"kind": "by_id", "filter": 7}, "views[0].filter: expected a text"),
        ({"kind": "by_id", "columns": [["id", "wide"]]}, "views[0].columns[0][1]: expected a whole number"),
        ({"kind": "by_id", "columns": [["id", -1]]}, "views[0].columns[0][1]: expected a whole number"),
    ],
)
def test_problems_of_views_name_the_value(values, problem):
    _views, problems = load_list(ViewSetup, [values], "views")
    assert str(problems[0]).startswith(problem)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"signals": "A.B"}, "plots[0].signals: expected a list"),
        ({"signals": [{}]}, "plots[0].signals[0]: signal is missing"),
        ({"signals": [{"signal": "A.B", "kind": "wavy"}]}, "plots[0].signals[0].kind: expected"),
        (
            {"signals": [{"signal": "A.B", "color": "red"}]},
            "plots[0].signals[0].color: expected a color such as",
        ),
        (
            {"signals": [{"signal": "A.B", "color": "#12345"}]},
            "plots[0].signals[0].color: expected a color such as",
        ),
        ({"seconds": 0}, "plots[0].seconds: expected a number"),
        ({"seconds": "long"}, "plots[0].seconds: expected a number"),
    ],
)
def test_problems_of_plots_name_the_value(values, problem):
    plots, problems = load_list(PlotSetup, [values], "plots")
    assert str(problems[0]).startswith(problem)
    assert plots[0].seconds == 10.0


def test_a_signal_without_style_is_its_name_in_older_files():
    setup, problems = load(PlotSetup, {"signals": ["A.B", {"signal": "C.D", "raw": True}]})
    assert problems == []
    assert setup.signals == (("A.B", PlotStyle()), ("C.D", PlotStyle(raw=True)))


def test_a_plot_has_a_limited_number_of_signals():
    setup, problems = load(PlotSetup, {"signals": ["A.B"] * (MAX_SIGNALS + 1)})
    assert len(setup.signals) == MAX_SIGNALS
    assert "only the first 64" in str(problems[0])


def test_a_default_style_stores_only_the_signal():
    assert dump(PlotSetup((("A.B", PlotStyle()),)))["signals"] == [{"signal": "A.B"}]


@pytest.fixture
def stored(tmp_path):
    """Read color rules from settings that contain a text."""

    def read(text: str) -> tuple[tuple[ColorRule, ...], str]:
        path = tmp_path / "settings.ini"
        path.unlink(missing_ok=True)
        store = QSettings(str(path), QSettings.Format.IniFormat)
        store.setValue("trace/colors", text)
        store.sync()
        settings = AppSettings(path)
        return settings.field(COLOR_RULES).value, settings.bad_values()

    return read


def test_color_rules_are_read_from_settings_without_invalid_ones(stored):
    rules = (ColorRule("a", "error", "#010203"), ColorRule("b", "fd", "#040506", on=False))
    values = [dump(rule) for rule in rules]
    assert stored("{}") == (DEFAULT_RULES, "")
    assert stored('{"rules": []}') == ((), "")
    assert stored(json.dumps({"rules": values})) == (rules, "")
    damaged = [{"name": 1}, *values, 7, None, {"name": "a", "filter": "b"}]
    read, message = stored(json.dumps({"rules": damaged}))
    assert read == rules
    assert message.startswith("Settings: ")
    assert "trace/colors.rules[0].name: expected a text, not 1" in message
    read, message = stored(json.dumps({"rules": [{**values[0], "on": "yes"}]}))
    assert (read, "rules[0].on" in message) == (rules[:1], True)
    read, message = stored(json.dumps({"rules": values * MAX_RULES}))
    assert (len(read), f"only the first {MAX_RULES}" in message) == (MAX_RULES, True)
