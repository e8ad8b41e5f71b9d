"""The session on real buses and real files: receiving, sending, saving, opening, shutting down."""

import os
import signal

import can
import numpy as np
import pytest

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.channels.losses import RESTARTED
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.filters.completion import complete
from canmcast_gui.logfile import RecordOptions, read_batches
from canmcast_gui.recording import RateMeter, Recording
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.filters.state import FilterState
from tests.support.messages import assert_same_frames

WAIT_MS = 10_000


class NoMemory(RateMeter):
    """A meter that fails as it does when memory is exhausted."""

    def update(self, *_arguments: object) -> None:
        raise MemoryError


def numbered(count: int, first: int = 0) -> FrameBatch:
    """Frames whose payload is a running number."""
    numbers = np.arange(first, first + count, dtype=">u8")
    return FrameBatch.from_columns(
        timestamp_ns=1_700_000_000_000_000_000 + np.arange(count) * 1_000_000,
        arbitration_id=0x100 + np.arange(count) % 7,
        data=numbers.view(np.uint8).reshape(count, 8),
    )


def numbers_of(batch: FrameBatch) -> list[int]:
    return batch.data.copy().view(">u8").ravel().tolist()


def settings_for(group: str, port: int) -> BusSettings:
    return BusSettings(group=group, port=port, hop_limit=0)


def go_live(qtbot, session: Session, settings: BusSettings) -> None:
    session.bus.open(Measurement.of_bus(settings))
    qtbot.waitUntil(lambda: session.state is SessionState.LIVE, timeout=WAIT_MS)


class TestBus:
    """On a real bus, with stock peers."""

    pytestmark = pytest.mark.network

    def test_a_failure_after_recording_costs_the_log_file_no_frame(
        self, qtbot, session, network, stock_peer, tmp_path
    ):
        port, path = network.free_port(), tmp_path / "record.asc"
        go_live(qtbot, session, settings_for("239.74.163.2", port))
        assert session.record.start(path)
        session.bus.rates = NoMemory()
        with qtbot.captureExceptions() as raised:
            stock_peer("send", "--port", port, "--count", 50, "--rate", 5000).result()
            qtbot.waitUntil(lambda: session.record.recorder.recorded == 50, timeout=WAIT_MS)
        assert {kind for kind, *_ in raised} == {MemoryError}
        session.record.stop()
        assert sum(len(batch) for batch in read_batches(path)) == 50

    def test_frames_of_a_stock_peer_arrive_complete_and_in_order(
        self, qtbot, session, group, network, stock_peer
    ):
        port = network.free_port()
        go_live(qtbot, session, settings_for(group, port))
        stock_peer("send", "--group", group, "--port", port, "--count", 500, "--rate", 5000)
        qtbot.waitUntil(lambda: len(session.document.recording) >= 500, timeout=WAIT_MS)
        frames = session.document.recording.rows(0, 500)
        assert numbers_of(frames) == list(range(500))
        assert not frames.has(Flag.TX).any()
        sources = {str(session.document.recording.sources[number]) for number in set(frames.source.tolist())}
        assert len(sources) == 1
        assert sources.pop().endswith(f":{port}")
        totals = session.statistics()
        assert (totals.received, totals.recorded, totals.lost, totals.malformed) == (500, 500, 0, 0)

    def test_own_frames_return_marked_tx_and_a_stock_peer_receives_them(
        self, qtbot, session, group, network, stock_peer
    ):
        port = network.free_port()
        go_live(qtbot, session, settings_for(group, port))
        peer = stock_peer("recv", "--group", group, "--port", port, "--count", 20, "--seconds", 10)
        assert session.transmit.jobs.send_frames(numbered(20))
        assert peer.result()["received"] == 20
        qtbot.waitUntil(lambda: len(session.document.recording) >= 20, timeout=WAIT_MS)
        frames = session.document.recording.rows(0, 20)
        assert frames.has(Flag.TX).all()
        assert numbers_of(frames) == list(range(20))
        assert session.statistics().sent == 20

    def test_a_job_is_sent_until_it_is_disarmed(self, qtbot, session, group, network, stock_peer):
        port = network.free_port()
        go_live(qtbot, session, settings_for(group, port))
        peer = stock_peer("recv", "--group", group, "--port", port, "--seconds", 2)
        session.transmit.rows.reset([TransmitRow(period_ns=10_000_000)])
        session.transmit.rows.set_armed(0, True)
        qtbot.waitUntil(lambda: len(session.document.recording) >= 50, timeout=WAIT_MS)
        session.transmit.rows.set_armed(0, False)
        client = session.transmit.link.client
        assert client is not None and client.flush(5.0)
        qtbot.waitUntil(lambda: len(session.document.recording) == client.sent, timeout=WAIT_MS)
        count = client.sent
        assert peer.result()["received"] == count  # until the end of its 2 s
        assert client.sent == count

    def test_a_killed_capture_process_is_reported_and_restarted(
        self, qtbot, session, network, stock_peer, messages
    ):
        port = network.free_port()
        go_live(qtbot, session, settings_for("239.74.163.2", port))
        stock_peer("send", "--port", port, "--count", 100).result()
        qtbot.waitUntil(lambda: len(session.document.recording) >= 100, timeout=WAIT_MS)
        os.kill(session.bus.captures[0].pid, signal.SIGKILL)
        qtbot.waitUntil(lambda: any(level == "warning" for level, _ in messages), timeout=WAIT_MS)

        def received_again() -> bool:
            stock_peer("send", "--port", port, "--count", 10).result()
            return len(session.document.recording) >= 110

        qtbot.waitUntil(received_again, timeout=WAIT_MS)
        assert numbers_of(session.document.recording.rows(0, 100)) == list(range(100))
        gaps = [(gap.row, gap.count, gap.reason) for gap in session.document.recording.gaps]
        assert gaps == [(100, 0, RESTARTED)]

    @pytest.mark.parametrize(
        ("settings", "hint"),
        [
            (BusSettings(group="10.0.0.1", hop_limit=0), "multicast"),
            (BusSettings(interface="nosuch0", hop_limit=0), "nosuch0"),
        ],
    )
    def test_a_bus_that_cannot_be_opened_is_reported(self, qtbot, session, settings, hint, messages):
        session.bus.open(Measurement.of_bus(settings))
        qtbot.waitUntil(lambda: session.state is SessionState.OFFLINE, timeout=WAIT_MS)
        assert [level for level, _ in messages] == ["error"]
        assert hint in messages[0][1]

    def test_closing_while_connecting_leaves_no_process(self, qtbot, session, network):
        session.bus.open(Measurement.of_bus(settings_for("239.74.163.2", network.free_port())))
        session.bus.close()
        assert session.state is SessionState.OFFLINE

    def test_sending_without_a_bus_is_reported(self, session, messages):
        assert not session.transmit.jobs.send_frames(numbered(1))
        session.transmit.rows.reset([TransmitRow()])
        session.transmit.rows.set_armed(0, True)
        assert not session.transmit.rows.is_armed(0)
        assert {level for level, _ in messages} == {"warning"}

    def test_opening_the_bus_again_continues_the_recording(self, qtbot, session, network, stock_peer):
        port = network.free_port()
        for start in (0, 30):
            go_live(qtbot, session, settings_for("239.74.163.2", port))
            stock_peer("send", "--port", port, "--count", 30).result()
            qtbot.waitUntil(
                lambda start=start: len(session.document.recording) >= start + 30, timeout=WAIT_MS
            )
            session.bus.close()
        assert len(session.document.recording) == 60
        assert session.statistics().received == 60
        assert len(set(session.document.recording.rows(0, 60).source.tolist())) == 1

    def test_the_recorded_log_file_has_the_received_frames(
        self, qtbot, session, network, stock_peer, tmp_path
    ):
        port = network.free_port()
        path = tmp_path / "live.asc"
        go_live(qtbot, session, settings_for("239.74.163.2", port))
        assert session.record.start(path)
        stock_peer("send", "--port", port, "--count", 300, "--rate", 3000).result()
        qtbot.waitUntil(lambda: len(session.document.recording) >= 300, timeout=WAIT_MS)
        session.record.mark(session.document.recording.marks.add(299, "look here"))
        session.record.stop()
        assert [int.from_bytes(m.data, "big") for m in can.LogReader(path)] == list(range(300))
        assert session.statistics().recorded == 300
        assert "look here" in path.read_text()

    def test_frames_of_the_demonstration_arrive_and_are_decoded(self, qtbot, session, network, messages):
        session.start_demo(BusSettings.this_computer(port=network.free_port()))
        qtbot.waitUntil(lambda: len(session.document.recording) > 100, timeout=WAIT_MS)
        qtbot.waitUntil(lambda: len(list(session.databases.loaded)) == 1, timeout=WAIT_MS)
        frames = session.document.recording.rows(0, 100)
        frames = frames[~frames.has(Flag.ERROR)]
        named = [
            session.databases.loaded.name(int(number), bool(flags & Flag.EXTENDED))
            for number, flags in zip(frames.arbitration_id, frames.flags, strict=True)
        ]
        assert all(named)
        assert session.bus.label == "demonstration"
        assert session.document.unsaved_frames == 0
        assert messages == []

    def test_frames_of_the_demonstration_alone_are_not_worth_saving(
        self, qtbot, session, network, stock_peer, tmp_path
    ):
        session.start_demo()
        qtbot.waitUntil(lambda: len(session.document.recording) > 10, timeout=WAIT_MS)
        session.bus.close()
        session.document.recording.marks.add(3, "look here")
        assert (session.document.unsaved_frames, session.document.unsaved_marks) == (0, 0)
        port = network.free_port()
        go_live(qtbot, session, settings_for("239.74.163.2", port))
        before = len(session.document.recording)
        stock_peer("send", "--port", port, "--count", 5).result()
        qtbot.waitUntil(lambda: len(session.document.recording) == before + 5, timeout=WAIT_MS)
        assert (session.document.unsaved_frames, session.document.unsaved_marks) == (before + 5, 1)
        session.start_demo()
        qtbot.waitUntil(lambda: len(session.document.recording) > before + 5, timeout=WAIT_MS)
        assert session.document.unsaved_frames > before + 5

    def test_demonstrations_do_not_mix(self, qtbot, session):
        other = Session()
        for one in (session, other):
            one.start_demo()
        for one in (session, other):
            qtbot.waitUntil(lambda one=one: len(one.document.recording) > 300, timeout=WAIT_MS)
        ports = {one.bus.settings.multicast.port for one in (session, other)}
        senders = [{source.port for source in one.document.recording.sources} for one in (session, other)]
        other.shutdown()
        assert len(ports) == 2
        assert senders[0] & senders[1] == {0}


class TestFiles:
    """Saving and opening, in the background."""

    @pytest.mark.parametrize("suffix", [".asc", ".blf", ".log"])
    def test_a_saved_file_can_be_opened(self, qtbot, session, tmp_path, suffix):
        path = tmp_path / f"trace{suffix}"
        batch = numbered(1000)
        session.document.append(batch)
        assert session.document.unsaved_frames == 1000
        with qtbot.waitSignal(session.document.save(path).finished, timeout=WAIT_MS):
            pass
        assert session.document.unsaved_frames == 0
        with qtbot.waitSignal(session.open_file(path).ended, timeout=WAIT_MS):
            pass
        assert session.state is SessionState.FILE
        assert session.document.unsaved_frames == 0
        found = session.document.recording.rows(0, len(session.document.recording)).to_messages()
        assert_same_frames(found, batch.to_messages(), check_channel=False)

    def test_after_a_file_that_cannot_be_read_the_old_frames_are_shown(
        self, qtbot, session, tmp_path, messages
    ):
        path = tmp_path / "garbage.blf"
        path.write_bytes(b"\x00garbage" * 100)
        session.document.append(numbered(10))
        old = session.document.recording
        with qtbot.waitSignal(session.open_file(path).ended, timeout=WAIT_MS):
            pass
        assert session.document.recording is old
        assert len(session.document.recording) == 10
        assert session.document.unsaved_frames == 10
        assert session.state is SessionState.OFFLINE
        assert [level for level, _ in messages] == ["error"]
        assert "garbage.blf" in messages[0][1]

    def test_opening_can_be_canceled_and_keeps_the_frames_read_so_far(self, qtbot, session, tmp_path):
        path = tmp_path / "long.asc"
        session.document.append(numbered(60_000))
        with qtbot.waitSignal(session.document.save(path).finished, timeout=60_000):
            pass
        task = session.open_file(path)
        assert session.state is SessionState.LOADING
        qtbot.waitUntil(lambda: len(session.document.recording) > 0, timeout=WAIT_MS)
        with qtbot.waitSignal(task.ended, timeout=WAIT_MS):
            task.cancel()
        assert 0 < len(session.document.recording) < 60_000
        assert session.state is SessionState.FILE

    def test_a_failed_save_leaves_the_old_file(self, qtbot, session, tmp_path):
        path = tmp_path / "trace.asc"
        path.write_text("old")
        session.document.append(numbered(10))
        session.document.append(FrameBatch.from_columns([1], 1, np.zeros((1, 64), np.uint8), flags=Flag.FD))
        target = path.with_suffix(".xyz")
        with qtbot.waitSignal(session.document.save(target).failed, timeout=WAIT_MS):
            pass
        assert path.read_text() == "old"
        assert [entry.name for entry in tmp_path.iterdir()] == ["trace.asc"]

    def test_clearing_while_a_save_runs_loses_no_frame_of_it(self, qtbot, session, tmp_path):
        path = tmp_path / "trace.asc"
        session.document.append(numbered(20_000))
        folder = session.document.recording.folder
        task = session.document.save(path)
        session.clear()
        assert len(session.document.recording) == 0
        with qtbot.waitSignal(task.ended, timeout=WAIT_MS):
            pass
        assert sum(1 for _ in can.LogReader(path)) == 20_000
        assert not folder.exists()

    def test_the_newest_frames_follow_a_file_in_portions(self, qtbot, session, monkeypatch):
        session.document.append(numbered(70_000))
        qtbot.waitUntil(lambda: sum(session.document.newest.count) == 70_000, timeout=WAIT_MS)
        assert len(session.document.newest) == 7
        session.clear()
        assert len(session.document.newest) == 0


def test_a_recording_that_a_crash_left_is_recovered_and_saved(qtbot, session, tmp_path):
    lost = Recording.create(tmp_path / "crashed")
    lost.append(numbered(100))
    lost.close()
    session.recover(tmp_path / "crashed")
    assert numbers_of(session.document.recording.rows(0, 100)) == list(range(100))
    assert session.document.unsaved_frames == 100
    with qtbot.waitSignal(session.document.save(tmp_path / "saved.blf").finished, timeout=WAIT_MS):
        pass
    assert session.document.unsaved_frames == 0
    session.clear()
    assert not (tmp_path / "crashed").exists()


def test_a_folder_without_a_recording_is_not_recovered(session, tmp_path, messages):
    old = session.document.recording
    session.recover(tmp_path / "absent")
    assert session.document.recording is old
    assert [level for level, _ in messages] == ["error"]


def test_a_file_that_is_not_a_database_is_reported(qtbot, session, tmp_path, messages):
    path = tmp_path / "car.dbc"
    path.write_text("not a database")
    with qtbot.waitSignal(session.databases.load(path).ended, timeout=WAIT_MS):
        pass
    assert [level for level, _ in messages] == ["error"]
    assert "car.dbc" in messages[0][1]
    assert list(session.databases.loaded) == []


def test_pausing_is_reported_once(session):
    posted = []
    session.clock.paused_changed.connect(posted.append)
    for paused in (True, True, False):
        session.clock.set_paused(paused)
    assert posted == [True, False]


def test_shutting_down_deletes_the_recording(qapp):
    session = Session()
    folder = session.document.recording.folder
    assert folder.is_dir()
    session.shutdown()
    assert not folder.exists()


def test_a_log_file_can_begin_with_frames_from_before(session, tmp_path, messages):
    session.document.recording.append(numbered(200_000))
    assert session.record.start(tmp_path / "live.blf", RecordOptions(pre_seconds=150))
    session.record.stop()
    found = FrameBatch.concatenate(list(read_batches(tmp_path / "live.blf")))
    assert numbers_of(found) == list(range(49_999, 200_000))
    lost = "Vector BLF does not hold all of it: 150,001 frames of unknown channel on channel 1"
    ((level, text),) = messages
    assert level == "info"
    assert text.startswith("Recorded 150,001 frames to live.blf (")
    assert text.endswith(f" in {tmp_path}. {lost}.")


def test_a_trigger_that_is_not_valid_is_reported_and_nothing_is_recorded(session, tmp_path, messages):
    assert not session.record.start(tmp_path / "live.asc", RecordOptions(trigger="id =="))
    assert [level for level, text in messages if "trigger" in text] == ["error"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.network
def test_a_recording_has_the_names_of_the_channels_that_are_open(qtbot, session, network):
    def open_channels(*names: str) -> None:
        texts = [f"{name}multicast:239.74.163.2,hop_limit=0,port={network.free_port()}" for name in names]
        session.bus.open(Measurement.of(parse_channels(texts)))
        qtbot.waitUntil(lambda: session.state is SessionState.LIVE, timeout=WAIT_MS)

    filters = FilterState(session)
    filters.set_text("channel == powertrain")
    assert filters.error is not None
    open_channels("body=", "powertrain=", "")
    names = session.document.recording.channels
    assert dict(names) == {1: "body", 2: "powertrain"}
    assert filters.error is None
    batch = FrameBatch.from_columns(0, [1, 2], np.zeros((2, 1), np.uint8), channel=[1, 2])
    assert filters.filter.mask(batch).tolist() == [False, True]
    assert [(one.text, one.detail) for one in complete("channel == pow", 14, filters.words()).proposals] == [
        ("powertrain", "channel 2")
    ]
    session.clear()
    assert dict(session.document.recording.channels) == {1: "body", 2: "powertrain"}
    open_channels("powertrain=", "")
    assert dict(session.document.recording.channels) == {1: "powertrain"}
    assert filters.filter.mask(batch).tolist() == [True, False]
