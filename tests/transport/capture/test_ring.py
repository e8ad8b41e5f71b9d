"""The ring between capture process and window, compared with a list."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport.capture.ring import HEAP_READ, HEAP_WRITTEN, Ring


def frames(lengths: list[int], first: int = 0) -> FrameBatch:
    """Frames with these payload lengths, which differ in id, time and payload."""
    numbers = np.arange(first, first + len(lengths))
    data = (numbers[:, None] * 7 + np.arange(64)).astype(np.uint8)
    return FrameBatch.from_columns(numbers, numbers % 0x800, data, length=np.array(lengths, dtype=int))


def described(batch: FrameBatch) -> list[tuple[int, int, bytes]]:
    """Time, id and payload of each frame."""
    return [
        (int(batch.timestamp_ns[row]), int(batch.arbitration_id[row]), batch.payload(row))
        for row in range(len(batch))
    ]


def small_ring(records: int = 8, heap_bytes: int = 200) -> Ring:
    return Ring(bytearray(Ring.size(records, heap_bytes)), records, heap_bytes)


def set_counter(memory: bytearray, counter: int, value: int) -> None:
    memoryview(memory)[: 8 * (counter + 1)].cast("Q")[counter] = value


payload_lengths = st.sampled_from([0, 1, 8, 12, 24, 64])
steps = st.one_of(
    st.lists(payload_lengths, max_size=12).map(lambda lengths: ("push", lengths)),
    st.integers(0, 12).map(lambda count: ("take", count)),
)


@given(st.lists(steps, max_size=40), st.integers(1, 9), st.integers(0, 300))
def test_it_returns_the_accepted_frames_in_order(work, records, heap_bytes):
    ring = small_ring(records, heap_bytes)
    inside: list[tuple[int, int, bytes]] = []
    sent = 0
    for kind, what in work:
        if kind == "take":
            taken = described(ring.take(what))
            assert taken == inside[:what]
            del inside[:what]
        else:
            batch = frames(what, sent)
            accepted = ring.push(batch)
            assert accepted == fitting(inside, what, records, heap_bytes)
            inside += described(batch)[:accepted]
            sent += len(what)
        assert len(ring) == len(inside)
        assert ring.offered == sent
    assert described(ring.take(1000)) == inside


def fitting(inside: list[tuple[int, int, bytes]], lengths: list[int], records: int, heap_bytes: int) -> int:
    """How many of the new frames fit, computed one by one."""
    used = sum(len(payload) for _, _, payload in inside if len(payload) > 8)
    accepted = 0
    for length in lengths:
        used += length if length > 8 else 0
        if len(inside) + accepted >= records or used > heap_bytes:
            break
        accepted += 1
    return accepted


@given(st.lists(st.lists(payload_lengths, max_size=8), min_size=1, max_size=6), st.integers(0, 2**40))
def test_offsets_beyond_four_gigabytes_wrap_around(batches, far):
    memory = bytearray(Ring.size(8, 200))
    for counter in (HEAP_WRITTEN, HEAP_READ):
        set_counter(memory, counter, 2**32 - 150 + far // 7)
    ring = Ring(memory, 8, 200)
    for lengths in batches:
        batch = frames(lengths)
        accepted = ring.push(batch)
        assert described(ring.take(100)) == described(batch)[:accepted]


def test_both_sides_see_the_same_memory():
    memory = bytearray(Ring.size(8, 200))
    writer, reader = Ring(memory, 8, 200), Ring(memory, 8, 200)
    writer.push(frames([8, 64]))
    assert described(reader.take(10)) == described(frames([8, 64]))
    assert len(writer) == 0


def test_taken_frames_do_not_change_later():
    ring = small_ring()
    ring.push(frames([64, 8]))
    taken = ring.take(10)
    before = described(taken)
    for _ in range(5):
        ring.push(frames([64, 8, 64], first=50))
        ring.take(10)
    assert described(taken) == before


def test_a_push_does_not_change_the_batch():
    ring = small_ring()
    ring.push(frames([64]))
    batch = frames([64, 12])
    before = described(batch)
    ring.push(batch)
    assert described(batch) == before


def test_a_writer_that_ended_between_its_counters_leaves_a_usable_ring():
    memory = bytearray(Ring.size(8, 200))
    set_counter(memory, HEAP_WRITTEN, 90)
    ring = Ring(memory, 8, 200)
    ring.push(frames([64]))
    assert described(ring.take(1)) == described(frames([64]))
    assert ring.push(frames([64, 64, 64])) == 3
    assert described(ring.take(9)) == described(frames([64, 64, 64]))


@pytest.mark.parametrize("wide", [False, True])
def test_the_usual_ring_holds_ten_seconds_of_a_busy_bus_many_times_over(wide):
    ring = Ring(bytearray(Ring.size()))
    batch = frames([64 if wide else 8] * 5000)
    for second in range(60):
        assert ring.push(batch) == 5000, f"full after {second} s"
    assert len(ring) == 300_000
