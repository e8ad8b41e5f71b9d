"""Slow work runs beside the event loop and ends in exactly one way."""

import threading

import pytest

from canmcast_gui.app.program.tasks import TaskPool
from canmcast_gui.frames.errors import UserError


class Outcome:
    """Everything that a task said, in order."""

    def __init__(self, task):
        self.said = []
        task.progress.connect(lambda fraction: self.said.append(("progress", fraction)))
        task.finished.connect(lambda result: self.said.append(("finished", result)))
        task.failed.connect(lambda sentence: self.said.append(("failed", sentence)))
        task.canceled.connect(lambda result: self.said.append(("cancelled", result)))
        task.ended.connect(lambda: self.said.append(("ended",)))


@pytest.fixture
def pool(qapp):
    pool = TaskPool()
    yield pool
    pool.shutdown()


def test_a_result_arrives_on_the_gui_thread(qtbot, pool):
    threads = []

    def work(report):
        threads.append(threading.current_thread())
        assert report(0.5)
        return 42

    task = pool.make("work", work)
    outcome = Outcome(task)
    task.finished.connect(lambda _result: threads.append(threading.current_thread()))
    with qtbot.waitSignal(task.ended):
        task.start()
    assert outcome.said == [("progress", 0.5), ("finished", 42), ("ended",)]
    assert threads[0] is not threads[1] is threading.main_thread()


def test_a_cancelled_task_hands_over_what_it_returned(qtbot, pool):
    begun, go_on = threading.Event(), threading.Event()

    def work(report):
        begun.set()
        go_on.wait(10)
        return "half" if not report(0.1) else "whole"

    task = pool.make("work", work)
    outcome = Outcome(task)
    with qtbot.waitSignal(task.ended):
        task.start()
        assert begun.wait(10)
        task.cancel()
        go_on.set()
    assert outcome.said[-2:] == [("cancelled", "half"), ("ended",)]


@pytest.mark.expected_log
def test_a_raise_becomes_a_sentence(qtbot, pool, caplog):
    def work(_report):
        raise ValueError("the third line is wrong")

    task = pool.make("Reading", work)
    outcome = Outcome(task)
    with qtbot.waitSignal(task.ended):
        task.start()
    assert outcome.said == [("failed", "the third line is wrong"), ("ended",)]
    assert "Reading" in caplog.text


def test_an_error_for_the_user_is_not_logged(qtbot, pool, caplog):
    def work(_report):
        raise UserError("The third line is wrong.")

    outcome = Outcome(task := pool.make("Reading", work))
    with qtbot.waitSignal(task.ended):
        task.start()
    assert outcome.said == [("failed", "The third line is wrong."), ("ended",)]
    assert not caplog.records


def test_shutting_down_delivers_the_end_of_what_still_runs(qapp, pool):
    closed = []
    task = pool.make("Opening", lambda _report: "an open thing")
    task.canceled.connect(closed.append)
    task.start()
    pool.shutdown()
    assert closed == ["an open thing"]


def test_a_task_that_does_not_end_is_not_waited_for_without_limit(qapp, pool):
    go_on = threading.Event()
    pool.make("Waiting", lambda _report: go_on.wait()).start()
    assert not pool.shutdown(0.02)
    go_on.set()
    assert pool.shutdown(5.0)


def test_tasks_that_wait_do_not_hold_up_another(qtbot, pool):
    go_on = threading.Event()
    for _ in range(8):
        pool.make("Waiting", lambda _report: go_on.wait()).start()
    task = pool.make("Quick", lambda _report: "done")
    with qtbot.waitSignal(task.finished) as finished:
        task.start()
    assert finished.args == ["done"]
    go_on.set()
    assert pool.shutdown(5.0)
