"""One view of the trace as a user set it up: what settings and workspaces remember of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

KINDS = ("chronological", "by_id")

# More views than anybody arranges; a damaged file must not open thousands.
MOST_VIEWS = 16


@dataclass(frozen=True)
class ViewSetup:
    """``name`` is "" for the views in the middle of the window, else that of a view beside it.

    ``columns`` are the shown ones from left to right, each with its width in pixels; none: as at the
    beginning.
    """

    kind: str
    name: str = ""
    filter: str = ""
    columns: tuple[tuple[str, int], ...] = ()

    @classmethod
    def from_dict(cls, values: Any) -> ViewSetup:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
        if not isinstance(values, dict):
            raise ValueError("a view must be a group of values")
        if values.get("kind") not in KINDS:
            raise ValueError(f"a view's kind must be {' or '.join(KINDS)}")
        texts = {key: values.get(key, "") for key in ("name", "filter")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("a view's name and filter must be texts")
        return cls(values["kind"], **texts, columns=_columns(values.get("columns", [])))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a file."""
        columns = [list(column) for column in self.columns]
        return {"kind": self.kind, "name": self.name, "filter": self.filter, "columns": columns}


def _columns(values: Any) -> tuple[tuple[str, int], ...]:
    pairs = values if isinstance(values, list) else [None]
    if any(not isinstance(pair, list) or [type(part) for part in pair] != [str, int] for pair in pairs):
        raise ValueError("a view's columns must be pairs of a name and a width")
    return tuple((key, max(width, 0)) for key, width in pairs)


def setups_of(values: list[Any]) -> tuple[ViewSetup, ...]:
    """All views of a list of plain values; raises ValueError where one is damaged or there are too many."""
    if len(values) > MOST_VIEWS:
        raise ValueError(f"there are {len(values)} views, and at most {MOST_VIEWS} can be open")
    return tuple(ViewSetup.from_dict(one) for one in values)
