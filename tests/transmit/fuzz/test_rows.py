"""Random frames: within their ranges, valid, and the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch
from canmcast_gui.frames.units import MAX_PERIOD_NS
from canmcast_gui.frames.validity import valid_rows
from canmcast_gui.transmit import FuzzOptions, TransmitError
from canmcast_gui.transmit.fuzz.options import (
    KINDS,
    MAX_SEED,
    parse_byte_ranges,
    parse_data,
    parse_id_ranges,
    parse_lengths,
)
from canmcast_gui.transmit.fuzz.rows import FuzzRows

# The frames of seed 42; no version of any library may change them.
GOLDEN = [(63643753, "0e8901ef"), (175947401, ""), (319547162, "06")]


@st.composite
def id_ranges(draw):
    extended = draw(st.booleans())
    first = draw(st.integers(0, 0x1FFFFFFF if extended else 0x7FF))
    return first, draw(st.integers(first, 0x1FFFFFFF if extended else 0x7FF)), extended


@st.composite
def byte_ranges(draw):
    low = draw(st.integers(0, 255))
    return draw(st.integers(0, 63)), low, draw(st.integers(low, 255))


options = st.builds(
    FuzzOptions,
    ids=st.lists(id_ranges(), min_size=1, max_size=4).map(tuple),
    lengths=st.tuples(st.integers(0, 8), st.integers(8, 64)),
    kinds=st.lists(st.sampled_from(sorted(KINDS)), min_size=1, unique=True).map(tuple),
    base=st.binary(max_size=64),
    mask=st.binary(max_size=64),
    ranges=st.lists(byte_ranges(), max_size=2, unique_by=lambda event: event[0]).map(tuple),
    seed=st.integers(0, MAX_SEED),
    period_ns=st.integers(1000, 10**9),
    count=st.integers(1, 300),
)


@given(options)
def test_frames_stay_within_their_ranges(options):
    batch = FuzzRows(options).rows(0, 1000)
    assert len(batch) == options.count
    assert valid_rows(batch).all()
    assert (np.diff(batch.timestamp_ns) == options.period_ns).all()
    flags = batch.flags & ~np.uint16(Flag.EXTENDED)
    assert set(flags.tolist()) <= {KINDS[kind] for kind in options.kinds}
    asked = DLC_TO_LENGTH[batch.dlc]
    assert (asked >= options.lengths[0]).all()
    assert (asked <= options.lengths[1]).all()
    assert (batch.length == np.where(batch.has(Flag.REMOTE), 0, asked)).all()
    for number, extended in zip(
        batch.arbitration_id.tolist(), batch.has(Flag.EXTENDED).tolist(), strict=True
    ):
        assert any(first <= number <= last and extended == kind for first, last, kind in options.ids)


@given(options)
def test_only_the_chosen_bits_change(options):
    batch = FuzzRows(options).rows(0, 1000)
    fixed = ~np.frombuffer(options.mask.ljust(64, b"\xff"), dtype=np.uint8)
    wanted = np.frombuffer(options.base.ljust(64, b"\0"), dtype=np.uint8) & fixed
    inside = np.arange(64) < batch.length[:, None].astype(int)
    payloads = batch.payload_matrix()
    limited = [byte for byte, _low, _high in options.ranges]
    others = inside.copy()
    others[:, limited] = False
    assert ((payloads & fixed) == wanted)[others].all()
    for byte, low, high in options.ranges:
        values = payloads[inside[:, byte], byte]
        assert ((values >= low) & (values <= high)).all()


@given(options, st.integers(0, 300), st.integers(0, 300))
def test_a_frame_depends_on_seed_and_row_alone(options, start, size):
    every, some = FuzzRows(options).rows(0, 1000), FuzzRows(options).rows(start, start + size)
    wanted = every[start : start + size].compact()
    assert some.compact().records.tobytes() == wanted.records.tobytes()
    assert some.compact().heap.tobytes() == wanted.heap.tobytes()


def test_a_seed_makes_the_same_frames_on_every_computer():
    batch = FuzzRows(FuzzOptions(((0, 0x7FF, False), (0, 0x1FFFFFFF, True)), seed=42)).rows(0, 3)
    found = [(int(batch.arbitration_id[row]), batch.payload(row).hex()) for row in range(3)]
    assert found == GOLDEN


def test_other_seeds_make_other_frames_and_all_bits_are_used():
    one, two = (FuzzRows(FuzzOptions(lengths=(8, 8), seed=seed)).rows(0, 1000) for seed in (1, 2))
    assert one.records.tobytes() != two.records.tobytes()
    shares = np.unpackbits(one.data, axis=1).mean(axis=0)
    assert shares.min() > 0.4
    assert shares.max() < 0.6
    assert len(np.unique(one.arbitration_id)) > 700


def test_a_run_without_end_has_as_many_rows_as_times_allow():
    options = FuzzOptions(count=None, period_ns=MAX_PERIOD_NS)
    batch = FuzzRows(options).rows(options.end_row - 1, options.end_row + 5)
    assert len(batch) == 1
    assert batch.timestamp_ns[0] > 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ids": ((5, 4, False),)}, "not a range of ids"),
        ({"ids": ()}, "at least one id"),
        ({"ids": ((0, 0x800, False),)}, "not a range of ids"),
        ({"lengths": (9, 9)}, "A classic frame has 0 to 8"),
        ({"lengths": (13, 15), "kinds": ("fd",)}, "A CAN FD frame has 0 to 8, 12"),
        ({"kinds": ()}, "one kind"),
        ({"kinds": ("xl",)}, "one kind"),
        ({"base": bytes(65)}, "at most 64"),
        ({"ranges": ((64, 0, 1),)}, "range of a byte"),
        ({"seed": -1}, "A seed of -1"),
        ({"count": 0}, "at least one frame"),
        ({"period_ns": 0}, "frames/s"),
    ],
)
def test_options_that_are_not_possible_are_refused(wrong, words):
    with pytest.raises(TransmitError, match=words):
        FuzzOptions(**wrong).validated()


def test_ranges_are_parsed():
    assert parse_id_ranges(" 100..1ff, 7DF 0x1234-0x1300") == (
        (0x100, 0x1FF, False), (0x7DF, 0x7DF, False), (0x1234, 0x1300, True),
    )  # fmt: skip
    assert parse_id_ranges("0123") == ((0x123, 0x123, True),)
    assert parse_lengths("0..8") == (0, 8)
    assert parse_lengths(" 12 ") == (12, 12)
    assert parse_data("02 xx 0x") == (b"\x02\0\0", b"\0\xff\x0f")
    assert parse_data("0200", "00F0") == (b"\x02\0", b"\0\xf0")
    assert parse_data("") == (b"", b"")
    assert parse_byte_ranges("2=10..1F, 0=5") == ((2, 0x10, 0x1F), (0, 5, 5))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_id_ranges, "zz"),
        (parse_id_ranges, "1FF..100"),
        (parse_id_ranges, "0..FFFFFFFF"),
        (parse_lengths, "8..0"),
        (parse_lengths, "0..65"),
        (parse_lengths, ""),
        (parse_data, "123"),
        (parse_data, "0y"),
        (lambda text: parse_data("02", text), "0g"),
        (parse_byte_ranges, "2"),
        (parse_byte_ranges, "64=0..1"),
        (parse_byte_ranges, "2=5..1"),
    ],
)
def test_wrong_text_is_refused_with_a_reason(parse, text):
    with pytest.raises(TransmitError, match=r"write|choose"):
        parse(text)


def test_no_rows_make_an_empty_batch():
    assert len(FuzzRows(FuzzOptions(count=3)).rows(3, 9)) == 0
    assert isinstance(FuzzRows(FuzzOptions()).rows(5, 5), FrameBatch)
