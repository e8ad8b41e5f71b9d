"""A row's trigger as users write it: a filter, and how long after a matching frame the row is sent.

id == 0x100 and data[0] & 1
Engine.Speed > 3000 after 20 ms
"""

from __future__ import annotations

import re

from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.filters.tokens import Token, tokenize
from canmcast_gui.frames.units import MAX_PERIOD_NS, NS_PER_MS, NS_PER_SECOND, NS_PER_US

_UNITS = {"us": NS_PER_US, "µs": NS_PER_US, "μs": NS_PER_US, "ms": NS_PER_MS, "s": NS_PER_SECOND}
_DELAY = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(us|µs|μs|ms|s)")


def parse_trigger(text: str) -> tuple[str, int]:
    """The filter's text and the delay in ns; raises RowError saying where the mistake is.

    Only the delay is looked at here: what the filter may name depends on the databases.
    """
    try:
        after = _last_after(tokenize(text))
    except FilterError as error:
        raise trigger_error(error) from error
    condition = text if after is None else text[: after.position]
    delay_ns = 0 if after is None else _delay(text, after)
    if not condition.strip():
        raise RowError(
            "A trigger says which frames it waits for, such as id == 0x100 and data[0] & 1 after 20 ms."
        )
    return condition.strip(), delay_ns


def trigger_error(error: FilterError) -> RowError:
    """What is wrong with a trigger's filter, as a sentence."""
    sentence = str(error)
    return RowError(f"{sentence[:1].upper()}{sentence[1:]}.")


def _last_after(tokens: list[Token]) -> Token | None:
    return next((one for one in reversed(tokens) if one.is_word("after")), None)


def _delay(text: str, after: Token) -> int:
    typed = text[after.position + len("after") :].strip()
    match = _DELAY.fullmatch(typed)
    if match is None:
        found = f"not {typed}" if typed else "with a number"
        raise RowError(
            f"A delay is written such as after 20 ms, after 500 us or after 1.5 s, {found}"
            f" (at character {after.position + 1})."
        )
    delay_ns = float(match[1]) * _UNITS[match[2]]
    if delay_ns > MAX_PERIOD_NS:
        raise RowError(f"A delay is at most 86,400 s (24 hours) (at character {after.position + 1}).")
    return round(delay_ns)
