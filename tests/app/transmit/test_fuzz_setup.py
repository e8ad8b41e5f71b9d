"""A fuzz run as it was set up: what is wrong with each field, and the way to a workspace and back."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.fuzz_setup import MOST_COUNT, MOST_SEED, FuzzSetup
from canmcast_gui.transmit.fuzz.options import KINDS, MAX_RATE, MIN_RATE

setups = st.builds(
    FuzzSetup,
    ids=st.text(max_size=20),
    kinds=st.lists(st.sampled_from(sorted(KINDS)), unique=True).map(tuple),
    lengths=st.text(max_size=6),
    data=st.text(max_size=20),
    mask=st.text(max_size=20),
    ranges=st.text(max_size=20),
    seed=st.integers(0, MOST_SEED),
    rate=st.floats(MIN_RATE, MAX_RATE),
    count=st.integers(0, MOST_COUNT),
    stop_at=st.text(max_size=20),
    log=st.none() | st.just(Path("/logs/fuzz.asc")),
)


@given(setups)
def test_it_comes_back_from_plain_values(setup):
    assert FuzzSetup.from_dict(setup.to_dict(str), Path) == setup


def test_the_usual_is_nothing_to_remember():
    assert FuzzSetup().is_empty
    assert FuzzSetup().to_dict(str) == {}
    assert FuzzSetup().problems() == {}
    assert not FuzzSetup(seed=1).is_empty


@given(setups)
def test_what_has_no_problem_can_be_sent(setup):
    problems = setup.problems()
    assert set(problems) <= {"ids", "kinds", "lengths", "data", "ranges"}
    if not problems:
        assert setup.options().count == (setup.count or None)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"ids": "900..1"}, "ids", "lower one first"),
        ({"ids": ""}, "ids", "There must be an id"),
        ({"kinds": ()}, "kinds", "Choose at least one"),
        ({"lengths": "9..11"}, "lengths", "A classic frame has 0 to 8"),
        ({"lengths": "x"}, "lengths", "no range of lengths"),
        ({"data": "123"}, "data", "bytes in hex"),
        ({"data": "02xx", "mask": "FF"}, "data", "Beside random bits there is no x"),
        ({"mask": "q"}, "data", "bytes in hex"),
        ({"ranges": "2"}, "ranges", "range of a byte"),
    ],
)
def test_each_problem_is_said_at_its_field(values, field, words):
    problems = FuzzSetup(**values).problems()
    assert set(problems) == {field}
    assert words in problems[field]


@pytest.mark.parametrize(
    "values",
    [
        {"speed": 1},
        {"ids": 3},
        {"ids": "1" * 30_000},
        {"kinds": "classic"},
        {"kinds": ["xl"]},
        {"kinds": [["fd"]]},
        {"seed": -1},
        {"seed": True},
        {"count": 1.5},
        {"rate": 0},
        {"rate": float("nan")},
        {"log": 3},
    ],
)
def test_what_no_program_wrote_is_refused(values):
    with pytest.raises(ValueError, match=r"\w"):
        FuzzSetup.from_dict(values, Path)
