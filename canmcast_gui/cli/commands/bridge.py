"""``canmcast bridge``: forward frames between channels."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from canmcast_gui.cli.channels import channels_from, channels_option
from canmcast_gui.cli.options import EXISTING_FILE, duration_option, report_option
from canmcast_gui.cli.terminal import Interrupt, live_line, print_note
from canmcast_gui.frames.files import write_json
from canmcast_gui.wording import counted

if TYPE_CHECKING:
    from canmcast_gui.channels.settings import ChannelSettings
    from canmcast_gui.gateway.counters import GatewayReport, RuleCounts

_POLL_SECONDS = 0.25


@click.command("bridge")
@channels_option("A channel, at least two of them; repeatable.")
@click.option(
    "--rules", type=EXISTING_FILE, metavar="FILE", help="Rules in a TOML file.  [default: forward all frames]"
)
@duration_option
@report_option
def command(buses: tuple[str, ...], rules: Path | None, duration: float | None, report: Path | None) -> None:
    """Forward frames between channels, in both directions or as rules say.

    Stops at --duration or Ctrl+C.
    """
    from canmcast_gui.gateway.client import Gateway
    from canmcast_gui.gateway.rules import RuleSet
    from canmcast_gui.gateway.rules_file import read_rules

    if len(buses) < 2:
        raise click.UsageError("a bridge connects at least two channels: give --bus twice")
    channels = channels_from(buses)
    used = RuleSet() if rules is None else read_rules(rules, channels)
    start = time.monotonic()
    with Interrupt() as interrupt, Gateway(channels, used) as gateway, live_line() as show:
        print_note(f"forwarding between {_titles(channels)}; press Ctrl+C to stop")
        end = None if duration is None else time.monotonic() + duration
        left = _POLL_SECONDS
        while left > 0 and not interrupt.wait(min(left, _POLL_SECONDS)):
            _print_notes(gateway.poll())
            show(_summary(gateway.report))
            left = _POLL_SECONDS if end is None else end - time.monotonic()
        _print_notes(gateway.stop())
    if report is not None:
        write_json(report, report_of(gateway.report, time.monotonic() - start))
    print_note(_summary(gateway.report))


def _titles(channels: Sequence[ChannelSettings]) -> str:
    return " and ".join(f"{channel.number} ({channel.title})" for channel in channels)


def _print_notes(notes: list[str]) -> None:
    for note in notes:
        print_note(note)


def _summary(report: GatewayReport) -> str:
    """What was forwarded and what was not, as a line."""
    forwarded = sum(report.forwarded.values())
    names = {
        "dropped by rules": report.dropped,
        "failed": report.failed,
        "came back": report.returned,
        "lost": report.lost,
    }
    others = "".join(f", {count:,} {name}" for name, count in names.items() if count)
    reasons = {rule.failure for rule in report.rules if rule.failure}
    return f"{counted(forwarded, 'frame')} forwarded{others}" + "".join(f" ({each})" for each in reasons)


def report_of(report: GatewayReport, seconds: float) -> dict[str, Any]:
    """The counters under the names that --report writes."""
    return {
        "forwarded": {f"{source}>{target}": count for (source, target), count in report.forwarded.items()},
        "dropped": report.dropped,
        "failed": report.failed,
        "returned": report.returned,
        "lost": report.lost,
        **_latencies(report),
        "duration_s": round(seconds, 3),
        "rules": [
            {
                "name": rule.name,
                "seen": rule.seen,
                "forwarded": rule.forwarded,
                "dropped": rule.dropped,
                "failed": rule.failed,
                "failure": rule.failure,
                **_latencies(rule),
            }
            for rule in report.rules
        ],
    }


def _latencies(counts: GatewayReport | RuleCounts) -> dict[str, float | None]:
    """The latencies that half of the frames and 99 of 100 do not exceed; None before the first frame."""
    found = {"latency_p50_ms": counts.latency_ms(0.5), "latency_p99_ms": counts.latency_ms(0.99)}
    return {name: None if value is None else round(value, 3) for name, value in found.items()}
