"""Filters that name messages and signals, as the transmit process understands them without databases."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.app.transmit.conditions import condition_for
from canmcast_gui.database import DatabaseSet, Scope, load_database
from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.transmit.conditions import compile_condition, text_of

DBC = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|16000] "rpm" ECU
 SG_ Temp : 16|8@1- (1,-40) [-168|87] "C" ECU
 SG_ Torque : 31|12@0- (0.5,0) [-1024|1023] "Nm" ECU
 SG_ Count : 40|24@1+ (1,0) [0|16777215] "" ECU
BO_ 512 Box: 8 ECU
 SG_ Page M : 0|8@1+ (1,0) [0|255] "" ECU
 SG_ First m0 : 8|16@1+ (1,0) [0|65535] "" ECU
 SG_ Second m1 : 8|16@1- (1,0) [-32768|32767] "" ECU
 SG_ Real m2 : 32|32@1- (1,0) [0|0] "" ECU
BO_ 2566844926 Group: 8 ECU
 SG_ Pedal : 8|8@1+ (0.4,0) [0|100] "%" ECU
SIG_VALTYPE_ 512 Real : 1;
VAL_ 256 Temp 0 "Cold" 1 "Warm" ;
"""

TEXTS = [
    "Engine.Speed > 3000",
    "Engine.Temp < 0 or Engine.Torque >= 12.5",
    "Engine.Torque in -100..100",
    "Engine.Count & 0x10",
    "Engine.Temp == Warm",
    "Engine.Temp != Cold",
    "Box.First > 100",
    "Box.Second < 0",
    "Box.Real > 1.5",
    "Group.Pedal > 40",
    'name ~ "Eng*"',
    "name == Box and data[1] & 1",
    "not name ~ Engine",
    "Engine",
]


@pytest.fixture(scope="module")
def databases(tmp_path_factory):
    path = tmp_path_factory.mktemp("databases") / "car.dbc"
    path.write_text(DBC)
    found = DatabaseSet()
    found.add(load_database(path))
    return found


def as_sent(condition):
    """Through something that knows plain values only."""
    return json.loads(json.dumps(condition))


@st.composite
def batches(draw):
    """Frames of the database's messages and others, some too short."""
    frames = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0x100, 0x200, 0x300, 0x18FEDF7E, 0x18FEDFFE, 0x0CF00400]),
                st.binary(max_size=8),
            ),
            min_size=1,
            max_size=12,
        )
    )
    ids = [number for number, _ in frames]
    flags = [int(Flag.EXTENDED) if number > 0x7FF else 0 for number in ids]
    lengths = [len(data) for _, data in frames]
    return FrameBatch.from_columns(0, ids, [list(data.ljust(8, b"\0")) for _, data in frames], lengths, flags)


@pytest.mark.parametrize("text", TEXTS)
def test_the_process_finds_the_frames_that_the_window_finds(databases, text):
    def texts(name):
        signal = databases.signal(name)
        return {text: raw * signal.scale + signal.offset for raw, text in signal.choices.items()}

    window = compile_filter(text, names=databases.ids_named, signals=databases.reader, choices=texts)
    condition = as_sent(condition_for(text, databases))
    process = compile_condition(condition)
    assert text_of(condition) == process.text == text

    @settings(max_examples=40)
    @given(batches())
    def same(batch):
        assert process.mask(batch).tolist() == window.mask(batch).tolist()

    same()


def test_a_filter_that_asks_no_database_is_its_text(databases):
    assert condition_for("id == 0x100 and data[0] & 1", databases) == "id == 0x100 and data[0] & 1"
    assert text_of("fd") == "fd"


def test_what_no_database_knows_says_where(databases):
    with pytest.raises(FilterError, match="has a signal “Engine"):
        condition_for("fd or Engine.Nothing > 1", databases)


def test_a_database_for_some_channels_and_sources_reads_their_frames_only(databases):
    path = next(iter(databases)).path
    sources = SourceTable()
    ours = sources.number(Source("10.0.0.1", 5))
    other = sources.number(Source("10.0.0.2", 5))
    databases.set_scope(path, Scope(frozenset({2}), frozenset({"10.0.0.1"})))
    try:
        condition = as_sent(condition_for("Engine.Speed > 3000", databases))
    finally:
        databases.set_scope(path, Scope())
    batch = FrameBatch.from_columns(0, [0x100] * 3, np.full((3, 8), 0xFF), channel=[2, 1, 2])
    batch.records["source"] = [ours, ours, other]
    assert compile_condition(condition, sources).mask(batch).tolist() == [True, False, False]
