"""The report has the names that scripts rely on."""

import json
import sys

import pytest

from canmcast_gui.app.program.report import SessionTotals, WindowFigures, window_report
from canmcast_gui.frames.files import write_json
from canmcast_gui.transport.statistics import BusStatistics


def test_the_report_has_the_agreed_names_and_values(tmp_path):
    path = tmp_path / "report.json"
    totals = SessionTotals(received=5, recorded=4, duration_s=1.23456)
    write_json(path, window_report(totals, WindowFigures(7, 12.34567, 5.0, None, 1.5)))
    assert sys.platform == "win32" or path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text()) == {
        "received": 5,
        "sent": 0,
        "dropped_kernel": 0,
        "dropped_ring": 0,
        "malformed": 0,
        "foreign": 0,
        "recorded": 4,
        "duration_s": 1.235,
        "receive_buffer_bytes": 0,
        "priority": "",
        "ui": {
            "repaints": 7,
            "longest_stall_ms": 12.346,
            "p99_stall_ms": 5.0,
            "first_paint_s": None,
            "usable_s": 1.5,
        },
    }


def test_totals_add_up_over_buses():
    one = BusStatistics(
        received=10, sent=3, dropped_kernel=2, dropped_ring=1, receive_buffer_bytes=100, priority="nice"
    )
    totals = SessionTotals(recorded=9).plus(one, 2.0).plus(one, 0.5)
    assert (totals.received, totals.sent, totals.lost, totals.recorded) == (20, 6, 6, 9)
    assert totals.duration_s == pytest.approx(2.5)
    assert (totals.receive_buffer_bytes, totals.priority) == (100, "nice")
