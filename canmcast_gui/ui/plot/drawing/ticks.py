"""Ticks of axes: round numbers, and their texts."""

from __future__ import annotations

import math
from collections.abc import Sequence

MAX_TICKS = 60


def round_ticks(low: float, high: float, count: int) -> tuple[float, list[float]]:
    """The distance of ticks at 1, 2 or 5 times a power of ten, and about ``count`` of them in a range."""
    length = high - low
    if not (math.isfinite(length) and length > 0 and count > 0):
        return 1.0, []
    raw = length / count
    power = 10.0 ** math.floor(math.log10(raw))
    spacing = next(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9))
    first = math.ceil(low / spacing)
    ticks = min(math.floor(high / spacing) - first + 1, MAX_TICKS)
    return spacing, [(first + number) * spacing for number in range(ticks)]


def tick_texts(values: Sequence[float], spacing: float, suffix: str = "") -> list[str]:
    """The texts of ticks, with as many decimals as their distance needs."""
    decimals = max(-math.floor(math.log10(spacing) + 1e-9), 0)
    if decimals > 6 or any(abs(value) >= 1e7 for value in values):
        return [f"{value:.6g}{suffix}" for value in values]
    return [f"{value:.{decimals}f}{suffix}" for value in values]
