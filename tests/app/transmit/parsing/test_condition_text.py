"""Triggers, and conditions that name messages and signals, as the transmit process uses them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.app.transmit.parsing.condition_text import condition_for, parse_trigger
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.database import DatabaseSet, Scope, load_database
from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.units import MAX_PERIOD_NS
from canmcast_gui.transmit import FuzzOptions
from canmcast_gui.transmit.commands import StartFuzz
from canmcast_gui.transmit.conditions import compile_condition, text_of
from canmcast_gui.transmit.messages import Dispatcher, MessageEncoder

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
    """The condition as the process receives it."""
    arrived = []
    dispatcher = Dispatcher(StartFuzz)
    dispatcher.add(StartFuzz, lambda command: arrived.append(command.stop_at))
    dispatcher.dispatch(MessageEncoder().encode([StartFuzz(1, FuzzOptions(), condition, False, False, 0)]))
    return arrived[0]


@st.composite
def batches(draw):
    """Frames of the messages of the database and others, some too short."""
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
def test_the_process_matches_the_frames_that_the_window_matches(databases, text):
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


def test_a_filter_that_needs_no_database_is_its_text(databases):
    assert condition_for("id == 0x100 and data[0] & 1", databases) == "id == 0x100 and data[0] & 1"
    assert text_of("fd") == "fd"


def test_an_unknown_name_is_refused_with_its_position(databases):
    with pytest.raises(FilterError, match="unknown field “Engine"):
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


MS = 1_000_000


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("id == 0x100", ("id == 0x100", 0)),
        ("id == 0x100 and data[0] & 1 after 20 ms", ("id == 0x100 and data[0] & 1", 20 * MS)),
        ("id == 0x100 after 500us", ("id == 0x100", 500_000)),
        ("id == 0x100 after 250 µs", ("id == 0x100", 250_000)),
        ("id == 0x100 after 1.5 s", ("id == 0x100", 1500 * MS)),
        ("id == 0x100 after 86400 s", ("id == 0x100", 86_400_000 * MS)),
        ("id == 0x100 AFTER 0.5 ms", ("id == 0x100", 500_000)),
        ('name ~ "after 5 ms"', ('name ~ "after 5 ms"', 0)),
        ('name ~ "after" after 0 ms', ('name ~ "after"', 0)),
        ("Thereafter", ("Thereafter", 0)),
    ],
)
def test_a_filter_and_a_delay(text, wanted):
    assert parse_trigger(text) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("id == 1 after 20", "after 20 ms, .* not 20 .at character 9"),
        ("id == 1 after", "with a number .at character 9"),
        ("id == 1 after 20 ms and fd", "not 20 ms and fd"),
        ("id == 1 after -5 ms", "not -5 ms"),
        ("id == 1 after 2 h", "not 2 h"),
        ("id == 1 after 86401 s", "at most 86,400 s"),
        (f"id == 1 after {'9' * 400} s", "at most"),
        ("after 20 ms", "needs a filter"),
        ('name ~ "Eng', "not closed .at character 8"),
    ],
)
def test_a_wrong_trigger_names_the_position(text, reason):
    with pytest.raises(RowError, match=reason):
        parse_trigger(text)


units = st.sampled_from(["us", "µs", "ms", "s"])


@given(st.text(max_size=60))
def test_any_text_is_accepted_or_refused_with_a_message(text):
    try:
        condition, delay_ns = parse_trigger(text)
    except RowError as error:
        assert str(error).endswith((".", ")."))
    else:
        assert condition
        assert 0 <= delay_ns <= MAX_PERIOD_NS


@given(st.integers(0, 90_000), st.integers(0, 999), units, st.sampled_from(["", " ", "  "]))
def test_a_delay_is_read_in_its_unit(whole, part, unit, space):
    ns = {"us": 1_000, "µs": 1_000, "ms": MS, "s": 1000 * MS}[unit]
    text = f"id == 5 after {whole}.{part:03d}{space}{unit}"
    wanted = whole * ns + part * ns // 1000
    if wanted > MAX_PERIOD_NS:
        with pytest.raises(RowError):
            parse_trigger(text)
    else:
        assert parse_trigger(text) == ("id == 5", wanted)


def test_the_process_knows_the_names_of_channels(databases):
    channels = {1: "body", 2: "powertrain"}
    condition = as_sent(condition_for("channel == powertrain", databases, channels))
    batch = FrameBatch.from_columns(0, [1, 2], [[0], [0]], channel=[1, 2])
    assert compile_condition(condition).mask(batch).tolist() == [False, True]
    assert text_of(condition) == "channel == powertrain"
    assert condition_for("id == 1", databases, channels) == "id == 1"
    with pytest.raises(FilterError, match="Did you mean powertrain"):
        condition_for("channel == powertrian", databases, channels)
