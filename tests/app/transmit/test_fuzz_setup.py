"""The setup of a fuzz run: problems of each field, storing and loading, filling in from rows and signals."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.fuzz_setup import (
    MAX_COUNT,
    MAX_SEED,
    FuzzSetup,
    message_of,
    rows_of,
    setup_of_row,
    with_signal,
)
from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.row import FRAME_TYPES, RowError, TransmitRow
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.schema import dump, load
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.fuzz.options import KINDS, MAX_RATE, MIN_RATE
from canmcast_gui.transmit.fuzz.rows import FuzzRows

setups = st.builds(
    FuzzSetup,
    ids=st.text(max_size=20),
    kinds=st.lists(st.sampled_from(sorted(KINDS)), unique=True).map(tuple),
    lengths=st.text(max_size=6),
    data=st.text(max_size=20),
    mask=st.text(max_size=20),
    ranges=st.text(max_size=20),
    seed=st.integers(0, MAX_SEED),
    rate=st.floats(MIN_RATE, MAX_RATE),
    count=st.integers(0, MAX_COUNT),
    stop_at=st.text(max_size=20),
    log=st.none() | st.just(Path("/logs/fuzz.asc")),
    channel=st.integers(0, 16),
)


@given(setups)
def test_a_setup_is_loaded_as_it_was_dumped(setup):
    assert load(FuzzSetup, dump(setup)) == (setup, [])


def test_the_default_setup_is_dumped_empty():
    assert FuzzSetup().is_empty
    assert dump(FuzzSetup()) == {}
    assert FuzzSetup().problems() == {}
    assert not FuzzSetup(seed=1).is_empty


@given(setups)
def test_a_setup_without_problems_can_be_sent(setup):
    problems = setup.problems()
    assert set(problems) <= {"ids", "kinds", "lengths", "data", "ranges"}
    if not problems:
        assert setup.options().count == (setup.count or None)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"ids": "900..1"}, "ids", "lower id first"),
        ({"ids": ""}, "ids", "at least one id"),
        ({"kinds": ()}, "kinds", "Choose at least one"),
        ({"lengths": "9..11"}, "lengths", "A classic frame has 0 to 8"),
        ({"lengths": "x"}, "lengths", "not a range of lengths"),
        ({"data": "123"}, "data", "hexadecimal bytes"),
        ({"data": "02xx", "mask": "FF"}, "data", "With random bits set, data has no x"),
        ({"mask": "q"}, "data", "hexadecimal bytes"),
        ({"ranges": "2"}, "ranges", "range of a byte"),
    ],
)
def test_each_problem_is_reported_at_its_field(values, field, words):
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
def test_wrong_values_are_reported_and_not_used(values):
    setup, problems = load(FuzzSetup, values)
    assert len(problems) == 1
    assert setup in (FuzzSetup(), FuzzSetup(kinds=()))


DBC = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Gear : 0|4@1+ (1,0) [0|0] "" ECU
 SG_ Speed : 15|12@0- (0.5,0) [0|0] "" ECU
 SG_ Torque : 30|17@1+ (1,0) [0|0] "" ECU
"""


@pytest.fixture(scope="module")
def databases(tmp_path_factory) -> DatabaseSet:
    path = tmp_path_factory.mktemp("dbc") / "car.dbc"
    path.write_text(DBC)
    found = DatabaseSet()
    found.add(load_database(path))
    return found


@given(st.binary(min_size=8, max_size=8), st.integers(0, 2), st.integers(0, 1000))
def test_bits_outside_the_signal_never_change(databases, data, place, seed):
    setup = setup_of_row(FuzzSetup(seed=seed, count=100), TransmitRow(arbitration_id=0x100, data=data))
    message = message_of(setup, databases)
    signal = message.signals[place]
    batch = FuzzRows(with_signal(setup, message, signal).options()).rows(0, 100)
    assert set(batch.arbitration_id.tolist()) == {0x100}
    field = field_of(signal)
    for row in range(len(batch)):
        payload = bytearray(batch.payload(row))
        field.put(payload, field.get(data))
        assert payload == data
    assert len({field.get(batch.payload(row)) for row in range(len(batch))}) > 8


@pytest.mark.parametrize(("name", "flags"), FRAME_TYPES)
def test_every_row_except_error_frames_makes_a_setup(name, flags):
    row = TransmitRow(arbitration_id=0x123, flags=int(flags), data=bytes(8))
    if flags & Flag.ERROR:
        with pytest.raises(RowError, match="error frame"):
            setup_of_row(FuzzSetup(), row)
        return
    setup = setup_of_row(FuzzSetup(ranges="1=2..3"), row)
    assert setup.problems() == {}
    batch = FuzzRows(setup.options()).rows(0, 10)
    kinds = np.unique(batch.flags | np.uint16(Flag.ESI)).tolist()
    assert kinds == [int(flags) | int(Flag.ESI)]
    assert set(batch.arbitration_id.tolist()) == {0x123}
    assert set(batch.dlc.tolist()) == {8}


def test_only_one_id_of_a_database_has_signals(databases):
    assert message_of(FuzzSetup(ids="100"), databases).name == "Engine"
    for ids in ("100..101", "100, 101", "101", "zz", ""):
        assert message_of(FuzzSetup(ids=ids), databases) is None


def test_all_bits_and_a_frame_that_is_too_short(databases):
    setup = FuzzSetup(ids="100")
    message = message_of(setup, databases)
    assert with_signal(setup, message, None).mask == "FF " * 7 + "FF"
    with pytest.raises(TransmitError, match="Torque needs 6 bytes"):
        with_signal(FuzzSetup(ids="100", lengths="2"), message, message.signals[2])


def test_frames_become_rows():
    remote = TransmitRow(arbitration_id=0x7FF, flags=Flag.REMOTE, data=bytes(3))
    long = TransmitRow(arbitration_id=0x12345678, flags=Flag.EXTENDED | Flag.FD, data=bytes(range(12)))
    frames = FrameBatch.concatenate([remote.frame(), long.frame()])
    assert rows_of(frames) == [remote, long]


def test_the_frames_have_the_channel_of_the_setup_or_the_first_one():
    assert FuzzSetup().options(first_channel=3).channel == 3
    options = FuzzSetup(channel=2).options(first_channel=3)
    assert set(FuzzRows(options).rows(0, 20).channel.tolist()) == {2}
    assert setup_of_row(FuzzSetup(), TransmitRow(channel=4)).channel == 4
