"""The counters of one run as JSON, for scripts that start the program and look at what it did."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from canmcast_gui.app.totals import SessionTotals


def window_report(
    totals: SessionTotals, repaints: int, longest_stall_ms: float, p99_stall_ms: float
) -> dict[str, Any]:
    """What ``--report`` writes: the totals, and how the window's event loop fared."""
    report = asdict(totals)
    report["duration_s"] = round(totals.duration_s, 3)
    report["ui"] = {
        "repaints": repaints,
        "longest_stall_ms": round(longest_stall_ms, 2),
        "p99_stall_ms": round(p99_stall_ms, 2),
    }
    return report


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write the report; raises OSError where the file cannot be written."""
    path.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
