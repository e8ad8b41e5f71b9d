"""The document: gaps and messages for lost frames, searching, marks, and damaged recordings."""

import os
import shutil
import signal
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.app.document import refusals
from canmcast_gui.app.document.document import NOT_STORED
from canmcast_gui.app.document.saving import FILE_CUT, FOLDER_REMOVED
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames import FRAME_DTYPE, Flag, FrameBatch, Source
from canmcast_gui.recording import Found, MatchCount, Recording, RowsGoneError
from canmcast_gui.transport.settings import BusSettings
from tests.support.small_disk import fill

WAIT_MS = 10_000


def frames(count: int, first: int = 0) -> FrameBatch:
    times = 1_700_000_000_000_000_000 + np.arange(first, first + count)
    return FrameBatch.from_columns(times, 0x100, np.zeros((count, 8), np.uint8))


def test_a_full_disk_is_reported_once_and_leaves_a_gap(qapp, small_disk: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(small_disk))
    monkeypatch.setenv("LOCALAPPDATA", str(small_disk))
    test_session = Session()
    posted = []
    test_session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    trace = test_session.document
    trace.append(frames(1000))
    ballast = fill(small_disk, 0)
    while not posted:
        trace.append(frames(500))
    there = len(test_session.document.recording)
    trace.append(frames(500))
    assert [level for level, _ in posted] == ["error"]
    monkeypatch.setattr(refusals, "RESUMED_SECONDS", 0.0)
    assert "the disk is full" in posted[0][1]
    assert test_session.statistics().lost == 1000
    assert test_session.document.newest.count.tolist() == [there + 1000], "the by-ID view continues"
    ballast.unlink()
    trace.append(frames(500))
    assert [level for level, _ in posted] == ["error", "info"]
    assert "1,000 frames were not recorded" in posted[1][1]
    assert len(test_session.document.recording) == there + 500
    (gap,) = test_session.document.recording.gaps
    assert (gap.row, gap.count, gap.reason) == (there, 1000, NOT_STORED)
    test_session.shutdown()


def test_a_disk_with_room_now_and_then_is_reported_once(qapp, small_disk: Path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(small_disk))
    monkeypatch.setenv("LOCALAPPDATA", str(small_disk))
    session = Session()
    posted = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    session.document.append(frames(10))
    for _ in range(3):
        ballast = fill(small_disk, 0)
        session.document.append(frames(5000))
        ballast.unlink()
        session.document.append(frames(10))
    assert [level for level, _ in posted] == ["error"]
    assert len(session.document.recording) == 40
    assert [gap.count for gap in session.document.recording.gaps] == [5000] * 3
    session.shutdown()


@pytest.mark.network
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot stop a process")
def test_frames_lost_in_the_receive_buffer_are_a_gap(qtbot, session, network, stock_peer):
    port = network.free_port()
    session.bus.open(
        Measurement.of_bus(BusSettings(group="239.74.163.2", port=port, hop_limit=0, receive_buffer=4096))
    )
    qtbot.waitUntil(lambda: session.state is SessionState.LIVE, timeout=WAIT_MS)
    stock_peer("send", "--port", port, "--count", 10).result()
    qtbot.waitUntil(lambda: len(session.document.recording) == 10, timeout=WAIT_MS)
    os.kill(session.bus.captures[0].pid, signal.SIGSTOP)
    stock_peer("send", "--port", port, "--count", 300).result()
    os.kill(session.bus.captures[0].pid, signal.SIGCONT)

    def all_known() -> bool:
        # A drop is told by the datagram that comes after it.
        stock_peer("send", "--port", port, "--count", 1).result()
        return session.statistics().dropped_kernel > 0 and len(session.document.recording.gaps) > 0

    qtbot.waitUntil(all_known, timeout=WAIT_MS)
    (gap,) = session.document.recording.gaps
    assert gap.count == session.statistics().dropped_kernel
    assert 10 <= gap.row <= len(session.document.recording)
    assert gap.reason == "the receive buffer was full"


def test_damaged_marks_are_reported_and_cost_no_frames(session, tmp_path, messages):
    with Recording.create(tmp_path / "made") as made:
        made.append(frames(10))
        made.marks.add(3, "here")
    shutil.copytree(tmp_path / "made", tmp_path / "crashed")
    with (tmp_path / "crashed" / "marks.jsonl").open("a") as file:
        file.write("no mark\n")
    session.recover(tmp_path / "crashed")
    assert len(session.document.recording) == 10
    assert [note.text for note in session.document.recording.marks] == ["here"]
    assert [level for level, _ in messages] == ["warning"]
    assert "1 of 2 marks" in messages[0][1]


@pytest.mark.parametrize(
    ("row", "backwards", "found"),
    [
        (0, False, Found(3, False)),
        (4, False, Found(103, False)),
        (150, False, Found(3, True)),
        (200, True, Found(103, False)),
        (103, True, Found(3, False)),
        (3, True, Found(103, True)),
    ],
)
def test_frames_are_found_in_the_background(qtbot, session, row, backwards, found):
    batch = frames(200)
    batch.records["arbitration_id"][[3, 103]] = 0x123
    session.document.append(batch)
    task = session.document.find(session.document.recording.filter("id == 0x123"), row, backwards)
    with qtbot.waitSignal(task.finished, timeout=WAIT_MS) as finished:
        task.start()
    assert finished.args == [found]


def test_unsaved_marks_are_counted(qtbot, session, tmp_path):
    session.document.append(frames(100))
    session.document.recording.marks.add(10, "here")
    assert session.document.unsaved_marks == 1
    with qtbot.waitSignal(session.document.save(tmp_path / "a.blf").finished, timeout=WAIT_MS):
        pass
    assert session.document.unsaved_marks == 0
    session.document.recording.marks.add(10, "there")
    with qtbot.waitSignal(session.document.save(tmp_path / "b.csv").finished, timeout=WAIT_MS):
        pass  # has no place for marks
    assert session.document.unsaved_marks == 1
    with qtbot.waitSignal(session.open_file(tmp_path / "a.blf").ended, timeout=WAIT_MS):
        pass
    assert [note.text for note in session.document.recording.marks] == ["here"]
    assert (session.document.unsaved_frames, session.document.unsaved_marks) == (0, 0)
    session.document.recording.marks.add(20, "new")
    assert session.document.unsaved_marks == 1
    session.clear()
    assert session.document.unsaved_marks == 0


def test_the_message_about_a_damaged_recording_is_valid_after_the_new_one_is_shown(session):
    events = []
    session.messages.topic_ended.connect(lambda topic: events.append(("ended", topic)))
    session.messages.posted.connect(lambda level, _text, topic: events.append((level, topic)))
    session.document.append(frames(10))
    shutil.rmtree(session.document.recording.folder)
    session.document.append(frames(10, 10))
    assert events == [("ended", "document"), ("error", "document")]


def test_matches_are_counted_in_the_background(qtbot, session):
    batch = frames(200)
    batch.records["arbitration_id"][[3, 103]] = 0x123
    session.document.append(batch)
    matches = MatchCount(session.document.recording, session.document.recording.filter("id == 0x123"))
    task = session.tasks.make("Counting", partial(matches.position, 103, None))
    with qtbot.waitSignal(task.finished, timeout=WAIT_MS) as finished:
        task.start()
    assert finished.args == [(2, 2)]


@pytest.mark.parametrize("whole", [True, False], ids=["the folder", "what is in it"])
def test_after_its_folder_was_removed_the_recording_continues_in_a_new_one(session, whole):
    posted = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    trace, old = session.document, session.document.recording.folder
    trace.append(frames(1000))
    shutil.rmtree(old)
    if not whole:
        old.mkdir()
    for first in range(1000, 4000, 1000):
        trace.append(frames(1000, first))
    fresh = session.document.recording
    assert len(fresh) == 3000
    assert fresh.folder.parent == old.parent
    assert fresh.exists
    ((level, text),) = posted
    assert level == "error"
    assert text == f"{old} was removed, and 1,000 frames with it. Recording continues in {fresh.folder}."
    (gap,) = fresh.gaps
    assert (gap.row, gap.count, gap.reason) == (0, 1000, FOLDER_REMOVED)
    assert session.document.newest.count.sum() == 0
    trace.update_newest()
    assert session.document.newest.count.sum() == 3000


def test_after_all_recordings_were_removed_the_sources_are_still_known(session):
    trace = session.document
    number = session.document.recording.sources.number(Source("10.0.0.1", 1))
    shutil.rmtree(session.document.recording.folder.parent)
    batch = frames(10)
    batch.records["source"] = number
    trace.append(batch)
    recording = session.document.recording
    assert recording.sources[int(recording.rows().records["source"][0])] == Source("10.0.0.1", 1)
    recording.close()
    with Recording.open(recording.folder) as again:
        assert list(again.sources) == list(recording.sources)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no file that is mapped")
@pytest.mark.parametrize("size", [0, 100, 20_000])
@pytest.mark.parametrize("then", ["frames come", "nothing comes"])
def test_recording_continues_after_a_file_of_it_was_cut_short(session, size, then):
    posted = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    trace, old = session.document, session.document.recording
    trace.append(frames(1000))
    assert len(old.rows()) == 1000
    (file,) = old.folder.glob("*.records")
    os.truncate(file, size)
    with pytest.raises(RowsGoneError, match="shortened it"):
        old.rows()
    if then == "frames come":
        trace.append(frames(500, 1000))
    trace.update_newest()
    fresh = session.document.recording
    assert fresh is not old
    assert len(fresh) == (500 if then == "frames come" else 0)
    ((_level, text),) = posted
    assert text.startswith(f"Another program cut a file in {old.folder} short: 1,000 frames are not")

    assert [(gap.count, gap.reason) for gap in fresh.gaps] == [(1000, FILE_CUT)]
    with Recording.open(old.folder) as left:
        assert len(left) == max(size - 4096, 0) // FRAME_DTYPE.itemsize


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no file that is mapped")
def test_recording_continues_after_a_file_of_long_payloads_was_cut_short(session):
    batch = FrameBatch.from_columns(np.arange(100), 0x100, np.zeros((100, 64), np.uint8), flags=int(Flag.FD))
    trace, old = session.document, session.document.recording
    trace.append(batch)
    assert len(old.rows().heap) == 6400
    (file,) = old.folder.glob("*.heap")
    os.truncate(file, 100)
    with pytest.raises(RowsGoneError, match="shortened it"):
        old.rows()
    trace.append(batch)
    assert len(session.document.recording) == 100
