"""The counters of one run as JSON, for scripts that start the program and look at what it did."""

import json
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from canmcast_gui.app.totals import SessionTotals
from canmcast_gui.frames.patience import within
from canmcast_gui.frames.private import write_private

# A pipe that is not read must not hold up the end of the program.
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """How the window fared. ``first_paint_s`` is the time from the command to the first drawn window."""

    repaints: int
    longest_stall_ms: float
    p99_stall_ms: float
    first_paint_s: float | None


def window_report(totals: SessionTotals, figures: WindowFigures) -> dict[str, Any]:
    """What ``--report`` writes."""
    counters = _rounded(totals)
    del counters["unrecorded"]  # the names are agreed with scripts; ``recorded`` falls short by as much
    return {**counters, "ui": _rounded(figures)}


def _rounded(values: SessionTotals | WindowFigures) -> dict[str, Any]:
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(values).items()
    }


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write the report; raises OSError where the file cannot be written."""
    text = json.dumps(report, indent=2) + "\n"
    within(PATIENCE_SECONDS, partial(write_private, path, text))
