"""The setup of a replay: storing, loading, and wrong values."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.frames.schema import dump, load
from canmcast_gui.logfile import ORDERS, LogPart

numbers = st.integers(0, 10**9).map(lambda thousandths: thousandths / 1000)
parts = st.builds(LogPart, st.sampled_from(["/a.asc", "/b/c.blf"]).map(Path), st.integers(-(10**15), 10**15))
setups = st.builds(
    ReplaySetup,
    files=st.lists(parts, max_size=4).map(tuple),
    order=st.sampled_from(ORDERS),
    speed=st.none() | st.floats(0.001, 1000),
    limit=numbers,
    loop=st.booleans(),
    start=numbers,
    stop=numbers,
    filter=st.text(max_size=20),
    ids=st.sampled_from(["", "123=456, 18FF0001=7A0"]),
    channels=st.sampled_from(["", "1=2"]),
    skip_live=st.booleans(),
    error_frames=st.booleans(),
)


@given(setups)
def test_a_setup_is_loaded_as_it_was_dumped(setup):
    values = json.loads(json.dumps(dump(setup)))
    assert load(ReplaySetup, values) == (setup, [])


def test_the_default_setup_is_dumped_empty():
    assert dump(ReplaySetup()) == {}
    assert ReplaySetup().is_empty
    assert ReplaySetup(loop=True).is_empty
    assert not ReplaySetup(filter="fd").is_empty


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"unit": 1}, "'unit' is unknown"),
        ({"files": "a.asc"}, "files: expected a list"),
        ({"files": [{"file": 1}]}, "files[0].file: expected a text"),
        ({"files": [{"file": "a.asc", "offset": "x"}]}, "files[0].offset: expected a number"),
        ({"files": [{"file": "a.asc"}] * 65}, "only the first 64 of 65"),
        ({"order": "sideways"}, "order: expected one of times"),
        ({"order": []}, "order: expected one of times"),
        ({"speed": 0}, "speed: expected a number from 0.001"),
        ({"limit": float("nan")}, "limit: expected a number"),
        ({"start": 10**400}, "start: expected a number"),
        ({"loop": 1}, "loop: expected true or false"),
        ({"filter": 1}, "filter: expected a text"),
        ({"ids": "1"}, "old=new"),
        ({"channels": "1=999"}, "channel"),
    ],
)
def test_wrong_values_are_reported(values, words):
    _setup, problems = load(ReplaySetup, values)
    assert words in "; ".join(str(problem) for problem in problems)
