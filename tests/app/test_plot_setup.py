"""Plots go into a workspace and come back; what is none is refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.plot_setup import LineKind, PlotSetup, PlotStyle, plots_of

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
