"""Tasks run in threads and end in exactly one way."""

import threading

import pytest

from canmcast_gui.app.program.tasks import TaskPool
from canmcast_gui.frames.errors import UserError


class Outcome:
    """All signals of a task, in order."""

    def __init__(self, task):
        self.said = []
        task.progress.connect(lambda fraction: self.said.append(("progress", fraction)))
        task.finished.connect(lambda result: self.said.append(("finished", result)))
        task.failed.connect(lambda sentence: self.said.append(("failed", sentence)))
        task.canceled.connect(lambda result: self.said.append(("canceled", result)))
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


def test_a_canceled_task_delivers_what_it_returned(qtbot, pool):
    begun, resume = threading.Event(), threading.Event()

    def work(report):
        begun.set()
        resume.wait(10)
        return "half" if not report(0.1) else "whole"

    task = pool.make("work", work)
    outcome = Outcome(task)
    with qtbot.waitSignal(task.ended):
        task.start()
        assert begun.wait(10)
        task.cancel()
        resume.set()
    assert outcome.said[-2:] == [("canceled", "half"), ("ended",)]


@pytest.mark.expected_log
def test_an_exception_becomes_a_message(qtbot, pool, caplog):
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


def test_shutdown_emits_the_signals_of_tasks_that_still_run(qapp, pool):
    closed = []
    task = pool.make("Opening", lambda _report: "an open thing")
    task.canceled.connect(closed.append)
    task.start()
    pool.shutdown()
    assert closed == ["an open thing"]


def test_a_task_that_does_not_end_is_not_waited_for_without_limit(qapp, pool):
    resume = threading.Event()
    pool.make("Waiting", lambda _report: resume.wait()).start()
    assert not pool.shutdown(0.02)
    resume.set()
    assert pool.shutdown(5.0)


def test_tasks_that_wait_do_not_delay_another(qtbot, pool):
    resume = threading.Event()
    for _ in range(8):
        pool.make("Waiting", lambda _report: resume.wait()).start()
    task = pool.make("Quick", lambda _report: "done")
    with qtbot.waitSignal(task.finished) as finished:
        task.start()
    assert finished.args == ["done"]
    resume.set()
    assert pool.shutdown(5.0)
