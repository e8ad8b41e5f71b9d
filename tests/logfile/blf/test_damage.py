"""Damaged files: only damaged containers are lost, and no frame is invented."""

import random
import struct
import time

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import read_batches
from canmcast_gui.logfile.blf.objects import objects_of
from tests.logfile.blf import damaging
from tests.logfile.blf.files import blf_object, container, file_header, message, padded, read
from tests.logfile.blf.test_files import marker, numbered
from tests.logfile.damaged_files import damaged_copy, read_or_refused
from tests.support.corpus import corpus_file
from tests.support.long_runs import SECONDS, rounds, seeded

KINDS = ["random", "flips", "zeros", "cut out"]
SIZES = (1, 4, 30, 400, 6_000, 40_000)
FRAMES = 20_000
LONG_SECONDS = SECONDS / 4  # there are several of them


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return damaging.written(tmp_path_factory.mktemp("sample") / "whole.blf", FRAMES)


def check_packed(sample, path, kind, seed):
    chance = random.Random(f"{kind} {seed}")
    size = chance.choice(SIZES)
    begin = chance.randrange(sample.containers[0][0], len(sample.content) - 1)
    end = min(begin + size, len(sample.content))
    found, reader = damaging.read_damaged(path, damaging.damage(sample.content, kind, begin, end, chance))
    assert damaging.are_in_order(found, sample.frames)
    assert set(sample.untouched(begin, end)) <= set(found)
    if len(found) < len(sample.frames):
        assert reader.skipped
        lost = len(sample.frames) - len(found)
        if reader.missing.places:
            assert reader.missing.frames == lost


@pytest.mark.parametrize("kind", KINDS)
def test_only_damaged_containers_are_lost(kind, sample, tmp_path):
    for seed in range(6):
        check_packed(sample, tmp_path / "log.blf", kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_only_damaged_containers_are_lost_long(kind, sample, tmp_path):
    chance = seeded()
    for _ in rounds(LONG_SECONDS):
        check_packed(sample, tmp_path / "log.blf", kind, chance.random())


@pytest.mark.parametrize("place", range(32))
def test_any_wrong_byte_of_a_containers_head_costs_one_container(place, sample, tmp_path):
    at, end, _ = sample.containers[3]
    for value in (0, 1, 0x80, 0xFF):
        damaged = bytearray(sample.content)
        if damaged[at + place] == value:
            continue
        damaged[at + place] = value
        found, _ = damaging.read_damaged(tmp_path / "log.blf", bytes(damaged))
        assert damaging.are_in_order(found, sample.frames)
        assert set(sample.untouched(at, end)) <= set(found)


def check_inside(path, seed):
    """Objects that were damaged before they were packed: the checksum is right, what is in it is not."""
    chance = random.Random(seed)
    stream = numbered(150) + padded(blf_object(96, marker(b"Group", b"Braking", b""))) + numbered(150, 150)
    stream = damaged_copy(stream, chance)
    width = chance.choice((700, 4_096, len(stream)))
    parts = [stream[start : start + width] for start in range(0, len(stream), width)]
    content = file_header() + b"".join(container(part, chance.random() < 0.7) for part in parts)
    return read_or_refused(path, content)


def test_objects_that_were_damaged_before_compression(tmp_path):
    read = [check_inside(tmp_path / "log.blf", seed) for seed in range(60)]
    assert sum(read) > 60 * 150
    assert max(read) <= 300


@pytest.mark.long
def test_objects_that_were_damaged_before_compression_long(tmp_path):
    chance = seeded()
    for _ in rounds(LONG_SECONDS):
        check_inside(tmp_path / "log.blf", chance.random())


def check_stored(path, kind, seed):
    """Damage of more than an object: within one nothing can show it, as there is no checksum."""
    chance = random.Random(f"{kind} {seed}")
    sample = damaging.stored(path, 1_500, chance.choice((480, 1_000, 4_096, 20_000)))
    begin = chance.randrange(sample.containers[0][0], len(sample.content) - 200)
    end = begin + chance.choice((100, 150, 700, 5_000))
    end = min(end, len(sample.content))
    found, _ = damaging.read_damaged(path, damaging.damage(sample.content, kind, begin, end, chance))
    assert damaging.are_in_order(found, sample.frames)
    # An object that ends where a damaged container begins is followed by nothing that proves it.
    edges = {sample.frames[rows.stop - 1] for at, stop, rows in sample.containers if rows and stop <= begin}
    assert set(sample.untouched(begin, end)) - edges <= set(found)
    assert len(set(sample.untouched(begin, end)) - set(found)) <= 1


@pytest.mark.parametrize("kind", ["random", "zeros"])
def test_contents_that_are_not_compressed(kind, tmp_path):
    for seed in range(4):
        check_stored(tmp_path / "log.blf", kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["random", "zeros"])
def test_contents_that_are_not_compressed_long(kind, tmp_path):
    chance = seeded()
    for _ in rounds(LONG_SECONDS):
        check_stored(tmp_path / "log.blf", kind, chance.random())


def test_damage_in_one_stored_container_costs_few_of_its_objects(tmp_path):
    sample = damaging.stored(tmp_path / "log.blf", 1_000, 50_000)
    chance = random.Random(3)
    begin = sample.containers[0][0] + 20_000
    for kind in ("random", "zeros"):
        damaged = damaging.damage(sample.content, kind, begin, begin + 200, chance)
        found, reader = damaging.read_damaged(tmp_path / "log.blf", damaged)
        assert damaging.are_in_order(found, sample.frames)
        assert len(found) >= 1_000 - 7
        assert reader.missing.places == 1
        assert reader.missing.frames == 1_000 - len(found)


def test_a_truncated_file_is_read_up_to_its_end(sample, tmp_path):
    chance = random.Random(4)
    for _ in range(12):
        cut = chance.randrange(sample.containers[0][1], len(sample.content))
        found, _ = damaging.read_damaged(tmp_path / "log.blf", sample.content[:cut])
        assert found == sample.frames[: len(found)]
        assert len(found) >= max(rows.stop for _, stop, rows in sample.containers if stop <= cut)


def test_objects_are_not_joined_over_lost_containers(tmp_path):
    """Three containers hold a whole number of objects, so that the halves of two would fit."""
    sample = damaging.written(tmp_path / "log.blf", 5 * 8192 // 3)
    first, last = sample.containers[1], sample.containers[3]
    damaged = damaging.damage(sample.content, "zeros", first[0], last[1], random.Random(1))
    found, reader = damaging.read_damaged(tmp_path / "log.blf", damaged)
    assert damaging.are_in_order(found, sample.frames)
    assert found == sample.untouched(first[0], last[1])
    assert reader.missing.places == 1


def test_a_wrong_size_of_a_container_costs_nothing(sample, tmp_path):
    at, end, _ = sample.containers[2]
    for size in (0, 40, end - at - 400, end - at + 400, 2 * (end - at), 1 << 20, 1 << 31):
        damaged = bytearray(sample.content)
        damaged[at + 8 : at + 12] = struct.pack("<L", size)
        found, _ = damaging.read_damaged(tmp_path / "log.blf", bytes(damaged))
        assert found == sample.frames


def test_a_large_object_of_another_type_does_not_hide_valid_ones(tmp_path):
    """What is left of a damaged object may claim megabytes, in contents that no checksum proves."""
    objects = [blf_object(1, message(number=number), number) for number in range(200)]
    bogus = struct.pack("<4sHHLL", b"LOBJ", 32, 1, 48 * 100, 200).ljust(48, b"x")
    stream = b"".join([*objects[:20], bogus, *objects[20:]])
    batch, reader = read(tmp_path, file_header() + container(stream, packed=False))
    assert batch.arbitration_id.tolist() == list(range(200))
    assert reader.skipped == 1


def test_a_time_far_from_all_others_is_dropped_beside_damage(tmp_path):
    times = [*range(20), 10**17, *range(20, 40)]
    objects = [blf_object(1, message(number=number), at) for number, at in enumerate(times)]
    stream = b"".join([*objects[:30], b"x" * 100, *objects[30:]])
    batch, _ = read(tmp_path, file_header() + container(stream, packed=False))
    assert 10**17 not in (batch.timestamp_ns - batch.timestamp_ns[0]).tolist()
    assert len(batch) == len(objects) - 2


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("zeros", [1, 4, 8, 16, 20, 48, 100, 5_000, 131_072])
def test_zero_padding_at_the_end_of_a_container(zeros, packed, tmp_path):
    marked = padded(blf_object(96, marker(b"Group", b"Braking", b"at the lights")))
    content = container(numbered(3) + marked + bytes(zeros), packed) + container(numbered(3, 3), packed)
    batch, reader = read(tmp_path, file_header() + content)
    assert batch.arbitration_id.tolist() == list(range(6))
    assert [mark.text for mark in reader.marks] == ["Group: Braking: at the lights"]
    assert reader.skipped == 0


def test_missing_time_and_frames_without_a_count_in_the_header(tmp_path):
    second = 10**9
    parts = [
        container(b"".join(blf_object(1, message(), (start + row) * second // 100) for row in range(100)))
        for start in range(0, 600, 100)
    ]
    parts[2] = parts[2][:50] + bytes(20) + parts[2][70:]
    batch, reader = read(tmp_path, file_header() + b"".join(parts))
    assert len(batch) == 500
    assert reader.missing.places == 1
    assert reader.missing.seconds == pytest.approx(1.01)
    assert reader.missing.frames == pytest.approx(100, abs=3)


HEADS = st.builds(
    lambda header, size, kind: struct.pack("<4sHHLL", b"LOBJ", header, 1, size, kind),
    st.sampled_from([0, 16, 32, 40, 300]),
    st.sampled_from([0, 16, 31, 32, 48, 50, 96, 4_000, 100_000, 1 << 30]),
    st.sampled_from([1, 65, 96, 100, 200]),
)
PIECES = st.lists(
    st.one_of(st.just(blf_object(1, message())), HEADS, st.binary(max_size=20), st.just(bytes(33)))
)


# An object of 43 bytes that reaches into an incomplete one.
@example([b"LOBJ\x10\0\0\0+", bytes(33), b"LOBJ\x10\0\0\0\0\0\0\1\0\0\0\0"], True, True, False)
@given(PIECES, st.booleans(), st.booleans(), st.booleans())
def test_objects_follow_each_other_in_the_stream(pieces, lost, verified, last):
    content = np.frombuffer(b"".join(pieces), dtype=np.uint8)
    chain = objects_of(content, lost, verified, last)
    ends = chain.starts + chain.sizes
    assert (chain.starts[1:] >= ends[:-1]).all()
    assert int(ends.max(initial=0)) <= len(content)
    assert int(ends.max(initial=0)) <= chain.end <= len(content)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 47), max_size=6), st.integers(0, 200))
def test_objects_are_found_with_other_bytes_between_them(gaps, first):
    stream = b"x" * first
    for gap in gaps:
        stream += b"".join(blf_object(1, message()) for _ in range(3)) + b"x" * gap
    chain = objects_of(np.frombuffer(stream, dtype=np.uint8), verified=False, last=True)
    tight = sum(gap <= 7 for gap in gaps[:-1]) + bool(gaps)  # so little is padding
    assert 2 * len(gaps) <= len(chain.starts) <= 3 * len(gaps)
    assert len(chain.starts) <= 2 * len(gaps) + tight


HOSTILE = [
    b"LOBJ",
    struct.pack("<4sHHLL", b"LOBJ", 16, 1, 24, 200),
    struct.pack("<4sHHLL", b"LOBJ", 16, 1, 48, 200),
    struct.pack("<4sHHLL", b"LOBJ", 16, 1, 16, 1),
    struct.pack("<4sHHLL", b"LOBJ", 16, 1, 16 << 20, 200),
]


@pytest.mark.parametrize("what", HOSTILE, ids=range(len(HOSTILE)))
def test_contents_full_of_signatures_are_fast_and_can_be_canceled(what, tmp_path):
    content = container(what * ((16 << 20) // len(what)))
    path = tmp_path / "log.blf"
    path.write_bytes(file_header() + content * 3)
    start = time.process_time()
    batches = iter(read_batches(path))
    assert len(next(batches)) == 0
    batches.close()
    assert time.process_time() - start < 3.0  # of which unpacking two containers ahead is most


REAL = "blf/vehicle_canoe10_26ids_147s.blf"


@pytest.mark.parametrize(
    ("begin", "end", "seed", "containers"), [(400_000, 420_000, 1, 2), (1_000_000, 1_005_000, 7, 2)]
)
def test_random_bytes_in_a_real_recording(begin, end, seed, containers, tmp_path):
    content = bytearray(corpus_file(REAL).read_bytes())
    whole = FrameBatch.concatenate(list(read_batches(corpus_file(REAL))))
    content[begin:end] = random.Random(seed).randbytes(end - begin)
    found, reader = damaging.read_damaged(tmp_path / "log.blf", bytes(content))
    assert damaging.are_in_order(found, damaging.records_of(whole))
    assert len(whole) * (72 - containers) / 73 <= len(found) < len(whole)
    assert reader.missing.places == 1
    assert reader.missing.seconds == pytest.approx(147 * containers / 73, rel=0.1)
    assert reader.missing.frames == pytest.approx(len(whole) - len(found), abs=10)


def test_contents_with_a_checksum_after_those_without_are_verified(tmp_path):
    """What a tool wrote between objects of a packed container costs none of them."""
    parts = [container(numbered(3), packed=False), container(numbered(60_000)), container(numbered(3))]
    rubbish = container(numbered(3) + b"rubbish!" * 5 + numbered(3))
    batch, reader = read(tmp_path, file_header() + b"".join(parts) + rubbish)
    assert len(batch) == 3 + 60_000 + 3 + 6
    assert reader.skipped == 1


def test_the_content_of_a_large_lost_object_is_one_place(tmp_path):
    large = blf_object(115, b"x" * 6_000_000)
    parts = [large[start : start + 1_000_000] for start in range(0, len(large), 1_000_000)]
    packed = [container(part) for part in parts]
    content = file_header() + container(numbered(3)) + b"".join(packed[1:]) + container(numbered(3, 3))
    damaged = content.replace(packed[1], bytes(len(packed[1])), 1)
    batch, reader = read(tmp_path, damaged)
    assert batch.arbitration_id.tolist() == list(range(6))
    assert (reader.missing.places, reader.skipped) == (1, 1)
