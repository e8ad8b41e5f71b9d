"""What is remembered of a view comes back, and a damaged one is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.view_setup import KINDS, MOST_VIEWS, ViewSetup, setups_of

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
