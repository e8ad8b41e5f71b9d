"""A style goes into a workspace and comes back; what is none is refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.plot_style import LineKind, PlotStyle

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
