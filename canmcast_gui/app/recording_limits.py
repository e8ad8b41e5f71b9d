"""How much a recording from a bus keeps, as the user has set it and as settings remember it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from canmcast_gui.frames.units import NS_PER_MINUTE
from canmcast_gui.recording import Limits

GIB = 1 << 30

# Beyond what any disk holds; a hand-edited file may say more.
MOST = {"gigabytes": 100_000, "frames": 1_000_000_000_000, "minutes": 5_256_000}


def limits_from(values: Mapping[str, Any]) -> Limits:
    """The limits of "gigabytes", "frames" and "minutes"; what is missing or makes no sense is the default."""
    given = {name: _sensible(values.get(name), most) for name, most in MOST.items()}
    limits = Limits(
        most_frames=given["frames"],
        most_age_ns=None if given["minutes"] is None else given["minutes"] * NS_PER_MINUTE,
    )
    if given["gigabytes"] is None:
        return limits
    return Limits(given["gigabytes"] * GIB, limits.most_frames, limits.most_age_ns)


def _sensible(value: Any, most: int) -> int | None:
    return value if type(value) is int and 0 < value <= most else None
