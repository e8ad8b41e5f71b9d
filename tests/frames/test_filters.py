"""A filter lets the same frames through as plain Python that looks at one frame after the other."""

import fnmatch

import can
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.filters import compile_filter
from tests.frames.filter_texts import CONDITIONS, NAMES, Condition, Frame

ADDRESSES = ["", "10.0.0.7", "10.0.0.8", "fe80::1"]


def names(pattern: str) -> set[tuple[int, bool]]:
    """Ids of the messages whose name matches, as databases find them."""
    return {ids for name, ids in NAMES.items() if fnmatch.fnmatchcase(name, pattern)}


def signals(name: str):
    """One signal: the length of standard frames."""
    if name != "Frame.Length":
        return None
    rows = lambda batch: np.flatnonzero(~batch.has(Flag.EXTENDED))  # noqa: E731
    return lambda batch: (rows(batch), batch.length[rows(batch)])


def table() -> SourceTable:
    """The sources of the frames that are drawn."""
    sources = SourceTable()
    for number, address in enumerate(ADDRESSES[1:], 5):
        sources.number(Source(address, {"10.0.0.7": 5, "fe80::1": 6}.get(address, number)))
    return sources


@st.composite
def plain_frames(draw: st.DrawFn) -> Frame:
    """A frame of few different values, so that conditions are met by chance."""
    size = draw(st.sampled_from([0, 1, 3, 8, 12, 64]))
    return Frame(
        time_ns=draw(st.sampled_from([0, 1, 500_000_000, 1_500_000_000, 1_500_000_001])),
        arbitration_id=draw(st.sampled_from([0, 1, 0x100, 0x102, 0x7FF, 0x1FFFFFFF])),
        flags=draw(st.integers(0, 127)),
        channel=draw(st.sampled_from([0, 1, 2, 255])),
        dlc=draw(st.integers(0, 15)),
        payload=bytes(draw(st.lists(st.sampled_from([0, 1, 2, 255]), min_size=size, max_size=size))),
        address=draw(st.sampled_from(ADDRESSES)),
    )


def batch_of(frames: list[Frame]) -> FrameBatch:
    """The same frames as columns."""
    matrix = np.zeros((len(frames), 64), dtype=np.uint8)
    for row, frame in zip(matrix, frames, strict=True):
        row[: len(frame.payload)] = np.frombuffer(frame.payload, dtype=np.uint8)
    return FrameBatch.from_columns(
        [frame.time_ns for frame in frames],
        [frame.arbitration_id for frame in frames],
        matrix,
        length=[len(frame.payload) for frame in frames],
        flags=[frame.flags for frame in frames],
        channel=[frame.channel for frame in frames],
        dlc=[frame.dlc for frame in frames],
        source=[ADDRESSES.index(frame.address) for frame in frames],
    )


def passing(text: str, batch: FrameBatch) -> list[bool]:
    """What a filter says of each frame."""
    mask = compile_filter(text, names, table(), signals).mask(batch)
    assert mask.dtype == np.bool_
    assert mask.shape == (len(batch),)
    return mask.tolist()


@given(st.lists(plain_frames(), min_size=1, max_size=20), CONDITIONS)
@settings(max_examples=200, deadline=None)
def test_a_filter_passes_the_frames_that_it_describes(frames: list[Frame], condition: Condition):
    text, passes = condition
    expected = [bool(passes(frame)) for frame in frames]
    assert passing(text, batch_of(frames)) == expected
    every_other = batch_of(frames)[::2]
    assert passing(text, every_other) == expected[::2]
    assert passing(text, batch_of(frames)[::-1]) == expected[::-1]
    twice = np.repeat(np.arange(len(frames)), 2)
    assert passing(text, batch_of(frames)[twice]) == [expected[row] for row in twice]


@given(CONDITIONS)
def test_an_empty_batch_passes_any_filter_without_error(condition: Condition):
    assert passing(condition[0], FrameBatch.empty()) == []


@pytest.mark.parametrize("text", ["", "  ", "\t\n"])
def test_an_empty_filter_passes_all_frames(text: str):
    condition = compile_filter(text)
    assert condition.passes_all
    assert condition.mask(batch_of([])).tolist() == []
    assert passing(text, FrameBatch.from_messages([can.Message(), can.Message()])) == [True, True]
    assert not compile_filter("fd").passes_all


@pytest.mark.parametrize(
    ("text", "payloads"),
    [
        ("DE AD", ["DE AD", "00 DE AD 01"]),
        ("dead", ["DE AD", "00 DE AD 01"]),
        ("de ad beef", []),
        ("FD 00", ["FD 00"]),
        ("00 fd", ["00 FD FD"]),
        ("fd fd", ["00 FD FD"]),
        ("DE AD length == 2", ["DE AD"]),
        ("DE AD and not 01", ["DE AD"]),
        ("01 or FD 00", ["00 DE AD 01", "FD 00"]),
    ],
)
def test_pairs_in_a_row_are_payload_bytes(text: str, payloads: list[str]):
    there = ["DE AD", "00 DE AD 01", "FD 00", "00 FD FD", "AD DE", ""]
    batch = FrameBatch.from_messages([can.Message(data=bytes.fromhex(data), dlc=None) for data in there])
    assert [data for data, passed in zip(there, passing(text, batch), strict=True) if passed] == payloads


def test_and_binds_closer_than_or():
    batch = FrameBatch.from_columns(0, [1, 2, 3, 4], np.zeros((4, 1), np.uint8), channel=[1, 1, 2, 2])
    assert passing("id == 1 or id == 2 and channel == 2 or id == 4", batch) == [True, False, False, True]
    assert passing("not id == 1 channel == 1", batch) == [False, True, False, False]


def test_sources_that_are_added_later_are_found():
    sources = SourceTable()
    condition = compile_filter("source == 10.0.0.9", sources=sources)
    batch = FrameBatch.from_columns(0, [1, 1], np.zeros((2, 1), np.uint8), source=[0, 1])
    assert condition.mask(batch).tolist() == [False, False]
    sources.number(Source("10.0.0.9", 1))
    assert condition.mask(batch).tolist() == [False, True]


def test_an_address_without_scope_is_the_one_in_every_scope():
    sources = SourceTable()
    numbers = [sources.number(Source(address, 7)) for address in ("fe80::1%eth0", "fe80::1%eth1", "fe80::2")]
    batch = FrameBatch.from_columns(0, 1, np.zeros((3, 1), np.uint8), source=numbers)
    found = {
        text: compile_filter(f'source == "{text}"', sources=sources).mask(batch).tolist()
        for text in ("fe80::1", "fe80::1%eth1", "[fe80::1%eth1]:7", "fe80::3", "no address")
    }
    assert found == {
        "fe80::1": [True, True, False],
        "fe80::1%eth1": [False, True, False],
        "[fe80::1%eth1]:7": [False, True, False],
        "fe80::3": [False] * 3,
        "no address": [False] * 3,
    }


def test_senders_are_found_by_names_that_are_added_later():
    sources = SourceTable()
    car, other = Source("10.0.0.7", 5), Source("10.0.0.8", 5)
    batch = FrameBatch.from_columns(0, 1, np.zeros((2, 1), np.uint8))
    batch.records["source"] = [sources.number(car), sources.number(other)]
    names: dict[Source, str] = {}
    found = {
        text: compile_filter(text, sources=sources, source_names=names)
        for text in ('source == "Car (17)"', "source ~ car", "source == 10.0.0.7", "source !~ car")
    }
    before = [condition.mask(batch).tolist() for condition in found.values()]
    assert before == [[False, False], [False, False], [True, False], [True, True]]
    names[car] = "car (17)"
    after = [condition.mask(batch).tolist() for condition in found.values()]
    assert after == [[True, False], [True, False], [True, False], [False, True]]


def test_a_name_can_match_a_group_of_ids():
    """SAE J1939: the source address in the last byte, and the priority, do not tell messages apart."""
    ids = [0x18FEF100, 0x18FEF1AB, 0x0CFEF121, 0x18FEF200, 0x100]
    batch = FrameBatch.from_columns(0, ids, np.zeros((5, 8), np.uint8), flags=[1, 1, 1, 1, 0])
    lookup = lambda _pattern: {(0x18FEF1FE, True, 0x3FFFF00), (0x100, False)}  # noqa: E731
    assert compile_filter("name ~ CCVS*", lookup).mask(batch).tolist() == [True, True, True, False, True]


def test_time_counts_from_the_start_of_the_recording():
    batch = FrameBatch.from_columns([10**18, 10**18 + 1_000_000], 1, np.zeros((2, 1), np.uint8))
    assert compile_filter("time >= 0.001", start_ns=lambda: 10**18).mask(batch).tolist() == [False, True]


def test_a_filter_shows_its_text():
    condition = compile_filter(" id == 1 ")
    assert condition.text == " id == 1 "
    assert "id == 1" in repr(condition)
