"""Which frame of a recording is due when, with a clock that the test moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transmit import ReplayOptions, ReplayStatus, TransmitError
from canmcast_gui.transmit.jobs.schedule import HICCUP_NS
from canmcast_gui.transmit.replay.options import LongestGap, ReplayPosition, parse_channels, parse_ids, within
from canmcast_gui.transmit.replay.replay import Replay

MS = 1_000_000


class Source:
    """Rows with these times; the frame of row n has the id n."""

    def __init__(self, times: list[int], flags: int = 0) -> None:
        self.batch = FrameBatch.from_columns(
            times, np.arange(len(times)), np.zeros((len(times), 1)), flags=flags, channel=1
        )

    def rows(self, start: int, stop: int) -> FrameBatch:
        return self.batch[start:stop]


def replay_of(source: Source, options: ReplayOptions | None = None) -> Replay:
    replay = Replay(source, options or ReplayOptions(), lambda batch: batch)
    replay.grow(len(source.batch), True)
    return replay


def ids(part) -> list[int]:
    """The ids of what is sent."""
    if part is None:
        return []
    return part.frames.arbitration_id[part.start : part.stop].tolist()


def follow(replay: Replay, now: int, until: int) -> tuple[list[tuple[int, int]], int]:
    """Follow the replay exactly; (time, id) of each frame, and the time at the end."""
    sent = []
    for _ in range(100_000):
        while replay.is_starved:
            replay.prefetch()
        due = replay.next_due(now)
        if due is None or due > until or replay.state != "playing":
            found = ids(replay.take_due(now))
            sent += [(now, number) for number in found]
            if not found and (replay.next_due(now) or until + 1) > until:
                return sent, now
            continue
        now = max(now, due)
        sent += [(now, number) for number in ids(replay.take_due(now))]
    raise AssertionError("it does not end")


times = st.lists(st.integers(0, 50 * MS), min_size=1, max_size=700).map(lambda gaps: np.cumsum(gaps).tolist())


@given(times, st.sampled_from([0.5, 1.0, 4.0]), st.integers(0, 10**12))
def test_every_frame_is_sent_once_in_order_and_on_time(at, speed, begin):
    replay = replay_of(Source(at), ReplayOptions(speed=speed))
    sent, _ = follow(replay, begin, begin + 10**15)
    assert [number for _, number in sent] == list(range(len(at)))
    due = begin + (np.array(at) - at[0]) / speed
    assert np.abs(np.array([time for time, _ in sent]) - due).max() <= 2
    assert (replay.state, replay.sent, replay.late, replay.row) == ("ended", len(at), 0, len(at))


@given(st.lists(st.integers(0, 10**10), min_size=1, max_size=300))
def test_times_that_run_backwards_keep_the_files_order(at):
    sent, _ = follow(replay_of(Source(at)), 0, 10**15)
    assert [number for _, number in sent] == list(range(len(at)))
    assert [time for time, _ in sent] == sorted(time for time, _ in sent)


@given(times, st.lists(st.tuples(st.integers(0, 300 * MS), st.integers(0, 10**10)), max_size=5))
def test_pauses_skip_and_repeat_no_frame(at, pauses):
    replay = replay_of(Source(at))
    now, sent, paused = 0, [], 0
    for run, pause in pauses:
        part, now = follow(replay, now, now + run)
        sent += [(time - paused, number) for time, number in part]
        if replay.state == "ended":
            break
        replay.pause(now)
        assert replay.next_due(now) is None
        assert replay.take_due(now + pause) is None
        now, paused = now + pause, paused + pause
        replay.play(now)
    part, _ = follow(replay, now, 10**16)
    sent += [(time - paused, number) for time, number in part]
    assert [number for _, number in sent] == list(range(len(at)))
    assert np.abs(np.array([time for time, _ in sent]) - (np.array(at) - at[0])).max() <= 10


@given(times, st.integers(0, 700))
def test_a_seek_continues_with_that_row_at_once(at, row):
    replay = replay_of(Source(at))
    follow(replay, 0, at[-1] // 2 - at[0])
    state = replay.state
    replay.seek(row, at[-1])
    row = min(row, len(at))
    assert replay.row == row
    if state == "ended":
        replay.play(at[-1])
    sent, _ = follow(replay, at[-1], 10**16)
    if state != "ended":
        assert [number for _, number in sent] == list(range(row, len(at)))
        assert not sent or sent[0][0] == at[-1]


def test_single_steps_send_one_frame_each_and_stay_paused():
    replay = replay_of(Source([0, MS, 2 * MS]), ReplayOptions(paused=True))
    assert [ids(replay.step(10**9)) for _ in range(2)] == [[0], [1]]
    assert (replay.state, replay.row, replay.position_ns(10**15)) == ("paused", 2, MS)
    replay.play(10**12)
    assert follow(replay, 10**12, 10**13)[0] == [(10**12 + MS, 2)]


def test_after_a_long_stop_it_continues_from_now():
    replay = replay_of(Source([n * MS for n in range(1000)]))
    replay.prefetch()
    assert ids(replay.take_due(0)) == [0]
    now = HICCUP_NS + 100 * MS
    assert ids(replay.take_due(now)) == [1]
    assert replay.late == 1
    assert replay.next_due(now) == now + MS


def test_a_loop_starts_again_a_mean_gap_after_the_last_frame():
    replay = replay_of(Source([0, 10 * MS, 20 * MS]), ReplayOptions(loop=True))
    sent, _ = follow(replay, 0, 65 * MS)
    assert sent == [(n * 10 * MS, n % 3) for n in range(7)]
    assert replay.loops == 2


def test_as_fast_as_the_limit_allows():
    replay = replay_of(Source([0, 10**12, 2 * 10**12] * 100), ReplayOptions(speed=None, rate=1000))
    sent, now = follow(replay, 10**9, 10**12)
    assert len(sent) == 300
    assert 0.27e9 <= now - 10**9 <= 0.31e9


def test_a_range_a_filter_and_other_ids_and_channels():
    options = ReplayOptions(
        first_row=2, end_row=8, filter="id != 4", ids=(((5, False), (0x1234, True)),), channels=((1, 3),)
    )
    replay = replay_of(Source([0] * 10), options)
    replay.prefetch()
    batch, _encoded, start, stop = replay.take_due(0)
    assert batch.arbitration_id[start:stop].tolist() == [2, 3, 0x1234, 6, 7]
    assert batch.has(Flag.EXTENDED).tolist() == [False, False, True, False, False]
    assert set(batch.channel.tolist()) == {3}


def test_live_ids_are_left_out_from_the_next_frame_on():
    replay = replay_of(Source([n * MS for n in range(10)]), ReplayOptions(skip_live=True))
    sent, now = follow(replay, 0, 3 * MS)
    replay.leave_out(frozenset({(0, 5, False), (0, 1, False)}))
    rest, _ = follow(replay, now, 10**12)
    assert [number for _, number in sent + rest] == [0, 1, 2, 3, 4, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("first_channel", "live", "sent"),
    [
        (0, (0, 1, False), [0, 2, 3]),  # channels are not compared
        (1, (2, 1, False), [0, 1, 2, 3]),
        (1, (3, 1, False), [0, 2, 3]),  # channel 1 is replayed on channel 3
        (1, (1, 2, False), [0, 1, 3]),  # without a channel it is sent on the first
        (1, (1, 3, False), [0, 1, 2, 3]),
    ],
)
def test_an_id_is_left_out_on_the_channel_where_it_is_live(first_channel, live, sent):
    source = Source([0] * 4)
    source.batch.records["channel"] = [1, 1, 0, 2]
    replay = Replay(
        source, ReplayOptions(skip_live=True, channels=((1, 3),)), lambda each: each, first_channel
    )
    replay.grow(4, True)
    replay.leave_out(frozenset({live}))
    assert [number for _, number in follow(replay, 0, 10**12)[0]] == sent


def test_a_source_that_grows_is_waited_for():
    source = Source([0, MS, 2 * MS])
    replay = Replay(source, ReplayOptions(), lambda batch: batch)
    assert not replay.is_starved
    replay.grow(1, False)
    assert follow(replay, 0, 10**9)[0] == [(0, 0)]
    assert replay.state == "playing"
    replay.grow(3, True)
    assert [number for _, number in follow(replay, MS, 10**10)[0]] == [1, 2]
    assert replay.state == "ended"


def test_frames_that_the_bus_refuses_are_counted():
    def refuse(batch):
        if (batch.arbitration_id == 1).any():
            raise ValueError("no")
        return batch

    replay = Replay(Source([0, 0, 0]), ReplayOptions(), refuse)
    replay.grow(3, True)
    assert [number for _, number in follow(replay, 0, 10**9)[0]] == [0, 2]
    assert replay.skipped == 1


def test_invalid_frames_are_counted_if_they_were_requested():
    source = Source([0, 0, 0, 0, 0])
    source.batch.records["arbitration_id"] = [0, 0x800, 2, 0x20000000, 4]
    source.batch.records["flags"] = [0, 0, Flag.ERROR | Flag.BRS, Flag.EXTENDED, Flag.REMOTE | Flag.FD]
    replay = replay_of(source)
    assert [number for _, number in follow(replay, 0, 10**9)[0]] == [0]
    assert replay.skipped == 3  # error frames are not requested


@pytest.mark.parametrize(
    "options",
    [{"speed": 0}, {"rate": -1}, {"first_row": 5, "end_row": 5}, {"ids": (((0x800, False), (1, False)),)}],
)
def test_options_that_are_not_possible_are_refused(options):
    with pytest.raises(TransmitError):
        ReplayOptions(**options).validated()


def test_mappings_of_ids_and_channels_are_parsed():
    assert parse_ids("123=456, 18FF0001=7A0 0x12=0012") == (
        ((0x123, False), (0x456, False)),
        ((0x18FF0001, True), (0x7A0, False)),
        ((0x12, False), (0x12, True)),
    )
    assert parse_channels("1=2") == ((1, 2),)
    for text in ("123", "=1", "XYZ=1", "1=20000000"):
        with pytest.raises(TransmitError):
            parse_ids(text)
    with pytest.raises(TransmitError):
        parse_channels("1=256")


def test_a_range_of_time_is_cut_and_the_longest_gap_is_reported():
    batches = [Source([100, 200]).batch, FrameBatch.empty(), Source([200, 210, 290]).batch]
    cut = list(within(iter([FrameBatch.empty(), *batches]), 50, 110))
    assert np.concatenate([batch.timestamp_ns for batch in cut]).tolist() == [200, 200]
    assert [len(batch) for batch in within(batches, 0, None)] == [2, 0, 3]
    gap = LongestGap()
    for batch in batches:
        gap.add(batch)
    assert (gap.gap_ns, gap.sentence()) == (100, "")
    gap.add(Source([290 + 3_660 * 10**9]).batch)
    assert "1 h 1 min" in gap.sentence()
    gap.add(Source([50 * 86_400 * 10**9]).batch)
    assert "49 days" in gap.sentence()


def test_a_loop_with_few_matching_frames_keeps_its_length():
    replay = replay_of(Source([0, 10 * MS, 20 * MS]), ReplayOptions(loop=True, filter="id == 0"))
    sent, _ = follow(replay, 0, 95 * MS)
    assert sent == [(n * 30 * MS, 0) for n in range(4)]


@pytest.mark.parametrize("speed", [1.0, None])
def test_a_loop_without_frames_waits(speed):
    source = Source([0, 100 * MS, 200 * MS])
    replay = replay_of(source, ReplayOptions(loop=True, skip_live=True, speed=speed))
    replay.prefetch()
    assert ids(replay.take_due(0))
    replay.leave_out(frozenset((0, number, False) for number in range(3)))
    looks = 0
    now = 1
    while now < 10**9:
        looks += 1
        while replay.is_starved:
            replay.prefetch()
        assert replay.take_due(now) is None
        now = max(now + 1, replay.next_due(now) or now + MS)
    assert replay.state == "playing"
    assert looks < 100
    replay.leave_out(frozenset())
    part = None
    while part is None and now < 2 * 10**9:
        while replay.is_starved:
            replay.prefetch()
        part = replay.take_due(now)
        now = max(now + 1, replay.next_due(now) or now + MS)
    assert ids(part)[0] == 0


def test_a_seek_changes_the_position_while_paused():
    replay = replay_of(Source([5, 7, 9]), ReplayOptions(paused=True))
    replay.seek(1, 0)
    assert replay.position_ns(10**9) == 7
    replay.seek(3, 0)
    assert replay.position_ns(10**9) == 9


def test_a_filter_can_use_the_names_of_channels():
    names = ((1, "body"), (2, "powertrain"))
    for name, expected in (("body", [0, 1]), ("powertrain", [])):
        options = ReplayOptions(filter=f"channel == {name}", channel_names=names).validated()
        sent, _ = follow(replay_of(Source([0, MS]), options), 0, 10**12)
        assert [number for _, number in sent] == expected


def test_a_filter_can_use_times_names_and_sources():
    source = Source([10**9 + n * MS for n in range(6)])
    source.batch.records["source"] = [1, 1, 1, 2, 2, 2]
    options = ReplayOptions(
        filter="time >= 0.002 and (name ~ 'Mo*' or source == 10.0.0.2)",
        names=(("Mo*", ((2, False, 0), (0, False, 0))),),
        sources=(("10.0.0.1", 1), ("10.0.0.2", 2)),
        first_row=1,
        start_ns=10**9,
    )
    options = options.validated()
    sent, _ = follow(replay_of(source, options), 0, 10**12)
    assert [number for _, number in sent] == [2, 3, 4, 5]
    sent, _ = follow(replay_of(source, ReplayOptions(filter="time >= 0.002")), 0, 10**12)
    assert [number for _, number in sent] == [2, 3, 4, 5]


def test_the_position_advances_between_two_events():
    position = ReplayPosition(ReplayStatus(1, "playing"), 2.0)
    assert position.at(5) is None
    position.update(ReplayStatus(1, "playing", position_ns=1000), 10)
    assert position.at(15) == 1010
    position.speed = None
    assert position.at(15) == 1000
    position.update(ReplayStatus(1, "paused", position_ns=1000), 10)
    assert position.at(15) == 1000
