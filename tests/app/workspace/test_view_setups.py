"""What is remembered of a view comes back, and a damaged one is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.workspace.view_setups import (
    KINDS,
    MOST_VIEWS,
    LineKind,
    PlotSetup,
    PlotStyle,
    ViewSetup,
    plots_of,
    setups_of,
)

setups = st.builds(
    ViewSetup,
    st.sampled_from(KINDS),
    st.text(max_size=8),
    st.text(max_size=8),
    st.lists(st.tuples(st.text(max_size=8), st.integers(0, 2000)), max_size=4).map(tuple),
)


@given(setups)
def test_it_comes_back(setup):
    assert ViewSetup.from_dict(setup.to_dict()) == setup


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (1, "group of values"),
        ({}, "kind"),
        ({"kind": "table"}, "kind"),
        ({"kind": "by_id", "filter": 7}, "filter"),
        ({"kind": "by_id", "columns": "id"}, "columns"),
        ({"kind": "by_id", "columns": [["id", "wide"]]}, "columns"),
    ],
)
def test_a_damaged_one_is_refused(values, problem):
    with pytest.raises(ValueError, match=problem):
        ViewSetup.from_dict(values)


def test_there_is_an_end_to_views():
    with pytest.raises(ValueError, match=str(MOST_VIEWS)):
        setups_of([{"kind": "by_id"}] * (MOST_VIEWS + 1))


STYLES = st.builds(
    PlotStyle,
    kind=st.none() | st.sampled_from(LineKind),
    raw=st.booleans(),
    own_axis=st.booleans(),
    color=st.none() | st.from_regex(r"\A#[0-9a-fA-F]{6}\Z"),
)


@given(STYLES)
def test_it_comes_back_as_it_was(style: PlotStyle):
    assert PlotStyle.from_dict(style.to_dict()) == style


def test_the_usual_one_takes_no_words():
    assert PlotStyle().to_dict() == {}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "wavy"}, "no kind of line"),
        ({"color": "red"}, "no colour"),
        ({"color": "#12345"}, "no colour"),
        ({"color": 7}, "no colour"),
        ({"width": 3}, "no 'width'"),
    ],
)
def test_what_is_no_style_is_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        PlotStyle.from_dict(values)


SETUPS = st.builds(
    PlotSetup,
    signals=st.lists(st.tuples(st.text(), STYLES), max_size=4).map(tuple),
    name=st.text(),
    overlaid=st.booleans(),
    seconds=st.floats(0.001, 1e6),
    xy=st.booleans(),
)


@given(st.lists(SETUPS, max_size=4))
def test_plots_come_back_as_they_were(setups: list[PlotSetup]):
    assert plots_of([setup.to_dict() for setup in setups]) == tuple(setups)


def test_names_alone_are_one_plot_of_them():
    assert plots_of(["A.B", "C.D"]) == (PlotSetup((("A.B", PlotStyle()), ("C.D", PlotStyle()))),)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ([7], "a plot must be"),
        ([{"signals": "A.B"}], "a plot must be"),
        ([{"signals": [{}]}], "must be named"),
        ([{"name": 3}], "name must be"),
        ([{"seconds": "long"}], "cannot show 'long' seconds"),
        ([{}] * 17, "there are 17 plots"),
    ],
)
def test_damaged_plots_are_refused(values, sentence):
    with pytest.raises(ValueError, match=sentence):
        plots_of(values)
