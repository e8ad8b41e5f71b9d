"""Parameters that several commands share."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

# Seconds, also those since 1970, milliseconds and frames per second: nanoseconds of more do not fit 64 bits.
_MOST = 9e9


class FiniteFloat(click.types.FloatParamType):
    """A number of a size that can be meant; not "nan" and "inf", which float() takes."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; fails with a sentence."""
        return _finite(self, super().convert(value, param, ctx), param, ctx)


class FiniteRange(click.FloatRange):
    """As FiniteFloat, within limits: "nan" is within all of them to FloatRange."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; fails with a sentence."""
        return _finite(self, super().convert(value, param, ctx), param, ctx)


def _finite(kind: click.types.FloatParamType, number: float, param: Any, ctx: Any) -> float:
    if not math.isfinite(number) or abs(number) > _MOST:
        kind.fail(f"{number} is not a number up to {_MOST:,.0f}.", param, ctx)
    return number


EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)

count_option = click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after N frames.")
duration_option = click.option(
    "--duration", type=FiniteRange(min=0), metavar="S", help="End after S seconds."
)
filter_option = click.option(
    "--filter",
    "filter_text",
    default="",
    metavar="EXPRESSION",
    help='Only these frames, for example "id == 0x123 and data[2] & 0x80".',
)
report_option = click.option(
    "--report", type=NEW_FILE, help="Write counters as JSON to this file at the end."
)
