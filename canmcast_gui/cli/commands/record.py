"""``canmcast record``: writes received frames to a log file, or to several."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.bus import Listener
from canmcast_gui.cli.options import (
    NEW_FILE,
    ask_before_overwriting,
    bus_options,
    count_option,
    duration_option,
    filter_option,
    format_option,
    measurement_from,
    report_option,
    valid_bus_filter,
)
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import live_line, print_note
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.logfile import Recorder, RecordOptions
from canmcast_gui.logfile.record.options import parse_seconds, parse_size
from canmcast_gui.wording import counted


def _size(text: str) -> int:
    try:
        return parse_size(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def _time(text: str) -> float:
    try:
        return parse_seconds(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("record")
@click.argument("file", type=NEW_FILE)
@bus_options
@count_option
@duration_option
@filter_option
@format_option
@click.option(
    "--split-size",
    "split_bytes",
    type=_size,
    metavar="SIZE",
    help="Start a new file at this size, e.g. 100M.",
)
@click.option(
    "--split-time",
    "split_seconds",
    type=_time,
    metavar="TIME",
    help="Start a new file after this time, e.g. 10m.",
)
@click.option(
    "--split-frames", type=click.IntRange(min=1), metavar="N", help="Start a new file every N frames."
)
@click.option(
    "--trigger",
    default="",
    metavar="EXPRESSION",
    callback=valid_bus_filter,
    help="Start at the first frame that matches.",
)
@click.option("--pre", type=_time, metavar="TIME", help="With --trigger: also record this time before it.")
@click.option("--post", type=_time, metavar="TIME", help="With --trigger: stop this time after it.")
@report_option
def command(
    file: Path, count: int | None, duration: float | None, filter_text: str, report: Path | None, **more: Any
) -> None:
    """Record received frames to FILE, in the format of its suffix or of --format.

    Stops at --count, --duration or Ctrl+C and completes the file. With --split-… or --post there can be
    several, named FILE-001 and so on; after --post the trigger is armed again.
    """
    options = _options(more)
    measurement = measurement_from(more)
    if not options.is_numbered:
        ask_before_overwriting(file)
    with Listener(measurement, count, duration, filter_text) as listener:
        trigger = compile_filter(
            options.trigger, sources=listener.reception.sources, channels=measurement.names()
        )
        names = tuple((number, name) for number, name in measurement.names().items() if name)
        options = replace(options, channel_names=names)
        with Recorder(file, options, trigger if options.trigger else None) as recorder:
            listener.announce()
            _take(listener, recorder)
        counters = listener.report(recorder.recorded)
    counters.write(report)
    if recorder.error:
        raise Failure(recorder.error)
    written = (
        f"{counted(recorder.files, 'file')}, the last {recorder.current_path}"
        if recorder.files > 1
        else str(recorder.current_path if options.is_numbered else file)
    )
    print_note(
        f"{counted(recorder.recorded, 'frame')} in {written}, {counters.duration_s:.1f} s" + counters.losses
    )
    if recorder.losses:
        print_note(recorder.losses)


def _options(values: dict[str, Any]) -> RecordOptions:
    """The recorder's options, removed from those of the command."""
    if values["post"] is not None and not values["trigger"]:
        raise click.UsageError("--post needs a --trigger")
    if values["pre"] is not None and not values["trigger"]:
        raise click.UsageError("--pre needs a --trigger")
    return RecordOptions(
        format=values.pop("format"),
        split_bytes=values.pop("split_bytes"),
        split_seconds=values.pop("split_seconds"),
        split_frames=values.pop("split_frames"),
        trigger=values.pop("trigger"),
        pre_seconds=values.pop("pre") or 0.0,
        post_seconds=values.pop("post"),
    )


def _take(listener: Listener, recorder: Recorder) -> None:
    """Record until the listener stops or the recorder fails."""
    with live_line() as show:
        for batch in listener.batches():
            recorder.write(batch)
            waiting = ", waiting for the trigger" if recorder.is_waiting else ""
            show(f"{counted(listener.taken, 'frame')}, {listener.seconds:.0f} s{waiting}")
            if recorder.failed:
                return
