"""``canmcast doctor``: why no frames arrive."""

from __future__ import annotations

from typing import Any

import click

from canmcast_gui.cli.options import FiniteRange, bus_options, bus_settings_from
from canmcast_gui.cli.terminal import Interrupt, print_line
from canmcast_gui.doctor.examination import Examination


@click.command("doctor")
@bus_options
@click.option(
    "--duration",
    type=FiniteRange(min=0),
    default=3.0,
    show_default=True,
    metavar="S",
    help="Wait at most S seconds for frames.",
)
def command(duration: float, **bus: Any) -> None:
    """Check every step from the network interface to the first frame and report the first failure.

    Sends one frame that does not leave this computer. Exit code 1: something on this computer is wrong.
    """
    settings = bus_settings_from(bus)
    with Interrupt() as interrupt:
        diagnosis = Examination(settings, interrupt.wait, _report, duration).run()
    print_line(f"Diagnosis: {diagnosis.sentence[0].upper()}{diagnosis.sentence[1:]}")
    click.get_current_context().exit(1 if diagnosis.is_fault else 0)


def _report(level: str, text: str) -> None:
    print_line(f"{level:<4}  {text}")
