"""How a fuzz run goes, in words."""

from __future__ import annotations

from canmcast_gui.app.transmit.fuzz import FuzzControl


def progress_text(control: FuzzControl) -> str:
    """What has left, and how fast; empty before the first run."""
    status, count = control.status, control.count
    if not status.sent and not control.running:
        return ""
    parts = [f"{status.sent:,} of {count:,} sent" if count else f"{status.sent:,} sent"]
    parts += [f"{control.rate:,.0f} frames/s"] if control.rate else []
    parts += [f"{status.late:,} late"] if status.late else []
    parts += [f"{status.skipped:,} not for this bus"] if status.skipped else []
    return ", ".join(parts)


def state_text(control: FuzzControl) -> str:
    """Where it stands, as sentences; empty before the first run."""
    going_on = "Stopped by an answer; Go on sends the next frame."
    state = {
        "playing": "",
        "paused": "Paused.",
        "answered": going_on if control.running else "An answer came after the last frame.",
        "ended": "All frames have left.",
        "stopped": "Stopped." if control.status.sent else "",
    }[control.status.state]
    if not state and not control.running:
        return ""
    log = f"Log: {control.log.name}." if control.log is not None else ""
    return f"{state} {log}".strip()
