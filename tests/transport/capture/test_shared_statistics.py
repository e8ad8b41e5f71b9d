"""What a capture process posts: read as it was written, and added up over restarts."""

from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Source, SourceTable
from canmcast_gui.transport.capture.shared_statistics import SharedStatistics, add_statistics
from canmcast_gui.transport.statistics import BusStatistics, MalformedDatagram, SourceCounts

counts = st.integers(0, 2**50)
sources = st.builds(Source, st.ip_addresses().map(str), st.integers(1, 65535))
malformed = st.builds(
    MalformedDatagram,
    sources,
    st.sampled_from(["empty", "too long"]),
    counts,
    counts,
    st.binary(max_size=256),
)
statistics = st.builds(
    BusStatistics,
    **dict.fromkeys(
        ("received", "dropped_kernel", "malformed", "foreign", "ignored", "receive_buffer_bytes"), counts
    ),
    by_source=st.dictionaries(sources, st.builds(SourceCounts, counts, counts), max_size=5),
    malformed_by_kind=st.dictionaries(st.sampled_from(["empty", "too long"]), counts),
    recent_malformed=st.lists(malformed, max_size=16).map(tuple),
)


def new_statistics() -> tuple[SharedStatistics, SharedStatistics]:
    """The statistics as its writer and as its reader see it."""
    memory = bytearray(SharedStatistics.SIZE + 64)
    return SharedStatistics(memory, 64), SharedStatistics(memory, 64)


@given(st.lists(statistics, min_size=1, max_size=3))
def test_the_newest_counts_are_read(posts):
    writer, reader = new_statistics()
    assert reader.read_statistics() == BusStatistics()
    for post in posts:
        writer.post_statistics(post)
        assert reader.read_statistics() == post
        assert reader.read_statistics() == post


def test_a_network_that_invents_addresses_fits():
    writer, reader = new_statistics()
    table = SourceTable()
    for number in range(2000):
        table.number(Source(f"fe80:1111:2222:3333:4444:5555:6666:{number:04x}%interface-name15", 65535))
    many = BusStatistics(
        by_source={source: SourceCounts(2**60, 2**60) for source in table},
        recent_malformed=tuple(
            MalformedDatagram(Source("::1", 1), "k" * 60, 2**62, 4096, bytes(256)) for _ in range(16)
        ),
    )
    writer.post_sources(table)
    writer.post_statistics(many)
    found = SourceTable()
    reader.read_sources(found)
    assert list(found) == list(table)
    assert reader.read_statistics() == many


def test_what_is_too_much_for_the_board_leaves_the_sums():
    writer, reader = new_statistics()
    kept = MalformedDatagram(Source("::1", 1), "kind", 1, 1, bytes(300_000))
    writer.post_statistics(BusStatistics(received=5, recent_malformed=(kept,)))
    assert reader.read_statistics() == BusStatistics(received=5)


def test_sources_are_posted_as_they_come_and_keep_their_rows():
    writer, reader = new_statistics()
    theirs, ours = SourceTable(), SourceTable()
    for batch in (["10.0.0.1"], [], ["10.0.0.2", "10.0.0.3"]):
        for address in batch:
            theirs.number(Source(address, 1))
        writer.post_sources(theirs)
        reader.read_sources(ours)
        assert list(ours) == list(theirs)


@given(statistics, statistics)
def test_counts_of_two_processes_add_up(one, other):
    both = add_statistics(one, other)
    assert both.received == one.received + other.received
    assert both.receive_buffer_bytes == other.receive_buffer_bytes
    assert sum(n.received for n in both.by_source.values()) == sum(
        counts.received for part in (one, other) for counts in part.by_source.values()
    )
    assert sum(both.malformed_by_kind.values()) == sum(one.malformed_by_kind.values()) + sum(
        other.malformed_by_kind.values()
    )
    assert len(both.recent_malformed) <= 16
