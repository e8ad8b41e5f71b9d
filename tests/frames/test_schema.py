"""Dataclasses from plain values and back: good ones, older forms, and any damage a file can have."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntFlag, StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.schema import REQUIRED, Codec, Key, Problem, dump, load, load_list
from canmcast_gui.frames.schema.values import MAX_PROBLEMS


class Line(StrEnum):
    STEPS = "steps"
    POINTS = "points"


class Bits(IntFlag):
    FD = 4
    BRS = 8


Seconds = Annotated[int, Codec(float, lambda seconds: round(seconds * 1e9), lambda ns: ns / 1e9)]
HexId = Annotated[int, Codec(str, lambda text: int(text, 16), lambda number: f"{number:X}")]


@dataclass(frozen=True)
class Style:
    omit_defaults: ClassVar[bool] = True

    line: Line | None = None
    color: Annotated[str, Meta(pattern="^#[0-9a-f]{6}$", description="a color such as #1f77b4")] | None = None
    raw: bool = False


@dataclass(frozen=True)
class Row:
    frame_id: Annotated[HexId, Key("id", "arbitration_id"), REQUIRED] = 0x100
    period_ms: Annotated[float, Meta(ge=0.1, le=86_400_000)] = 100.0
    count: Annotated[int, Meta(ge=1)] | None = None
    name: Annotated[str, Meta(max_length=10)] = ""
    data: bytes = bytes(8)
    style: Style = field(default_factory=Style)

    def __post_init__(self) -> None:
        if self.frame_id > 0x1FFFFFFF:
            raise UserError(f"{self.frame_id:X} is not an id")

    @classmethod
    def upgraded(cls, value: Any) -> Any:
        return {"id": value} if isinstance(value, str) else value


@dataclass(frozen=True)
class Setup:
    rows: Annotated[tuple[Row, ...], Meta(max_length=3)] = ()
    kinds: frozenset[Literal["classic", "fd"]] = frozenset({"classic"})
    columns: list[tuple[str, int]] = field(default_factory=list)
    files: Mapping[Path, Style] = field(default_factory=dict)
    offset: Seconds = 0
    note: str | int | None = None
    speed: float | None = 1.0
    layout: Any = None
    flags: int = 0
    folder: Path | None = None


FULL = Setup(
    rows=(Row(0x123, 0.1, 1, "a", b"\1\2", Style(Line.STEPS, "#0011ff", True)), Row()),
    kinds=frozenset({"fd", "classic"}),
    columns=[("time", 80), ("id", 0)],
    files={Path("a/b.dbc"): Style(), Path("c"): Style(Line.POINTS)},
    offset=-1_500_000_000,
    note=5,
    speed=None,
    layout={"any": [1, None, "x"]},
    flags=Bits.FD | Bits.BRS,
    folder=Path("/logs"),
)


def texts(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]


def test_what_was_dumped_loads_as_an_equal_instance():
    stored = json.loads(json.dumps(dump(FULL)))
    assert load(Setup, stored) == (FULL, [])
    assert stored["rows"][0] == {
        "id": "123",
        "period_ms": 0.1,
        "count": 1,
        "name": "a",
        "data": "0102",
        "style": {"line": "steps", "color": "#0011ff", "raw": True},
    }
    assert stored["kinds"] == ["classic", "fd"]
    assert stored["files"] == {"a/b.dbc": {}, "c": {"line": "points"}}
    assert (stored["offset"], stored["speed"], stored["flags"]) == (-1.5, None, 12)


def test_values_that_are_missing_or_null_are_the_defaults():
    assert load(Setup, {}) == (Setup(), [])
    assert load(Setup, {"rows": None, "kinds": None, "offset": None}) == (Setup(), [])
    assert load(Setup, {"speed": None}) == (Setup(speed=None), [])


def test_defaults_are_left_out_where_the_class_says_so_and_none_always():
    assert dump(Style(raw=True)) == {"raw": True}
    assert "count" not in dump(Row())
    assert dump(Row())["period_ms"] == 100.0


@dataclass(frozen=True)
class Always:
    omit_defaults: ClassVar[bool] = True

    kind: Annotated[str, REQUIRED] = "a"
    number: int = 1


def test_required_fields_are_always_dumped():
    assert dump(Always()) == {"kind": "a"}


def test_a_value_that_does_not_fit_is_reported_and_keeps_its_default():
    setup, problems = load(Setup, {"rows": [{"id": "1"}, {"id": "2", "period_ms": "abc"}]}, "transmit")
    assert setup.rows == (Row(1), Row(2))
    expected = "transmit.rows[1].period_ms: expected a number from 0.1 to 86400000, not 'abc'"
    assert texts(problems) == [expected]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"rows": {}}, "rows: expected a list, not {}"),
        ({"rows": [5]}, "rows[0]: expected a group of named values, not 5"),
        ({"rows": [{"id": "1", "count": 0}]}, "rows[0].count: expected a whole number of at least 1, not 0"),
        ({"rows": [{"id": "1", "count": True}]}, "expected a whole number of at least 1, not True"),
        ({"rows": [{"id": "1", "name": "x" * 11}]}, "expected a text of at most 10 characters, not 'xxxx"),
        ({"rows": [{"id": "1", "data": "0"}]}, "rows[0].data: non-hexadecimal number found"),
        ({"rows": [{"id": "1", "data": 0}]}, "rows[0].data: expected a text, not 0"),
        (
            {"rows": [{"id": "1", "style": {"line": "x"}}]},
            "style.line: expected one of steps, points, not 'x'",
        ),
        ({"rows": [{"id": "1", "style": {"color": "red"}}]}, "expected a color such as #1f77b4, not 'red'"),
        ({"rows": [{"id": "1", "style": {"raw": 1}}]}, "style.raw: expected true or false, not 1"),
        ({"rows": [{"id": "20000000"}]}, "rows[0]: 20000000 is not an id"),
        ({"rows": [{"id": 1}]}, "rows[0].id: expected a text, not 1"),
        ({"rows": [{"name": "x"}]}, "rows[0]: id is missing"),
        ({"rows": [{"id": None}]}, "rows[0]: id is missing"),
        ({"kinds": ["fd", "xl"]}, "kinds[1]: expected one of classic, fd, not 'xl'"),
        ({"columns": [["a"]]}, "columns[0]: expected a list of 2 values, not ['a']"),
        ({"columns": [["a", "b"]]}, "columns[0][1]: expected a whole number, not 'b'"),
        ({"files": {"x": 1}}, "files['x']: expected a group of named values, not 1"),
        ({"files": []}, "files: expected a group of named values, not []"),
        ({"note": []}, "note: expected a text or a whole number, not []"),
        ({"speed": float("nan")}, "speed: expected a number, not nan"),
        ({"speed": float("inf")}, "speed: expected a number, not inf"),
        ({"speed": 10**5000}, "speed: expected a number, not a number of thousands of digits"),
        ({"scheme": 1}, "'scheme' is unknown and ignored"),
        ([], "expected a group of named values, not []"),
    ],
)
def test_each_problem_names_its_position_and_what_was_expected(values: Any, problem: str):
    _setup, problems = load(Setup, values)
    assert [text for text in texts(problems) if problem in text] == texts(problems)
    assert len(problems) == 1


def test_entries_that_do_not_fit_are_left_out():
    values = {
        "rows": [{"id": "1"}, {"id": "x"}, {"id": "2"}],
        "kinds": ["fd", 5],
        "columns": [["a", 1], 7, ["b", 2]],
        "files": {"a": {}, "b": 0},
    }
    setup, problems = load(Setup, values)
    assert setup.rows == (Row(1), Row(2))
    assert setup.kinds == {"fd"}
    assert setup.columns == [("a", 1), ("b", 2)]
    assert setup.files == {Path("a"): Style()}
    assert len(problems) == 4


def test_a_list_that_is_too_long_is_cut():
    setup, problems = load(Setup, {"rows": [{"id": "1"}] * 5})
    assert setup.rows == (Row(1),) * 3
    assert texts(problems) == ["rows: only the first 3 of 5 entries are used"]


def test_older_keys_and_forms_are_read():
    setup, problems = load(Setup, {"rows": [{"arbitration_id": "7"}, "1F"]})
    assert (setup.rows, problems) == ((Row(7), Row(0x1F)), [])


def test_an_unknown_key_is_reported_once():
    _setup, problems = load(Setup, {"rows": [{"id": "1", "x": 1}, {"id": "2", "x": 1}]})
    assert texts(problems) == ["rows[0]: 'x' is unknown and ignored"]


def test_many_problems_are_counted():
    _setup, problems = load(Setup, {"columns": [0] * 5000})
    assert len(problems) == MAX_PROBLEMS + 1
    assert str(problems[-1]) == f"{5000 - MAX_PROBLEMS:,} more problems"


def test_a_type_can_have_a_codec_for_one_call():
    here = {Path: Codec(str, lambda text: Path("/base") / text, lambda path: str(path.relative_to("/base")))}
    setup = Setup(files={Path("/base/a"): Style()}, folder=Path("/base/b"))
    stored = dump(setup, here)
    assert (list(stored["files"]), stored["folder"]) == (["a"], "b")
    assert load(Setup, stored, codecs=here) == (setup, [])


def test_lists_of_dataclasses():
    rows, problems = load_list(Row, [{"id": "1"}, 3, "2"], "rows")
    assert (rows, texts(problems)) == (
        [Row(1), Row(2)],
        ["rows[1]: expected a group of named values, not 3"],
    )
    assert load_list(Row, None, "rows") == ([], [])
    assert load_list(Row, ["1", "2"], "rows", most=1)[0] == [Row(1)]
    assert texts(load_list(Row, 5, "rows")[1]) == ["rows: expected a list, not 5"]


@dataclass(frozen=True)
class Unsupported:
    value: complex = 0j


def test_a_type_without_a_codec_is_an_error_of_the_program():
    with pytest.raises(TypeError, match="complex"):
        load(Unsupported, {"value": 1})


class Mode(Enum):
    ON = 1
    OFF = 0


@dataclass(frozen=True)
class Numbers:
    mode: Mode = Mode.OFF
    ratio: Annotated[float, Meta(gt=0, lt=10)] = 1.0
    least: Annotated[int, Meta(gt=2)] = 3
    most: Annotated[int, Meta(le=2)] = 0


def test_limits_are_named():
    values = {"mode": 3, "ratio": 0, "least": 2, "most": 3}
    assert texts(load(Numbers, values)[1]) == [
        "mode: expected one of 1, 0, not 3",
        "ratio: expected a number above 0 and below 10, not 0",
        "least: expected a whole number above 2, not 2",
        "most: expected a whole number of at most 2, not 3",
    ]
    assert load(Numbers, {"mode": 1, "ratio": 1})[0] == Numbers(Mode.ON, 1.0)


styles = st.builds(
    Style,
    line=st.none() | st.sampled_from(Line),
    color=st.none() | st.from_regex(r"\A#[0-9a-f]{6}\Z"),
    raw=st.booleans(),
)
rows = st.builds(
    Row,
    frame_id=st.integers(0, 0x1FFFFFFF),
    period_ms=st.floats(0.1, 86_400_000),
    count=st.none() | st.integers(1),
    name=st.text(max_size=10),
    data=st.binary(max_size=8),
    style=styles,
)
setups = st.builds(
    Setup,
    rows=st.lists(rows, max_size=3).map(tuple),
    kinds=st.frozensets(st.sampled_from(["classic", "fd"])),
    columns=st.lists(st.tuples(st.text(max_size=9), st.integers()), max_size=3),
    files=st.dictionaries(st.text(max_size=9).map(Path), styles, max_size=3),
    offset=st.integers(-(10**9), 10**9).map(lambda ms: ms * 1_000_000),
    note=st.none() | st.integers() | st.text(),
    speed=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    flags=st.integers(),
    folder=st.none() | st.text().map(Path),
)
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["1F", "fd"])
any_json = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=9) | st.sampled_from(["id"]), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(setups)
def test_every_instance_survives_a_file(setup: Setup):
    assert load(Setup, json.loads(json.dumps(dump(setup)))) == (setup, [])


def positions(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The position of each value within plain values."""
    inner = list(value.items()) if isinstance(value, dict) else []
    inner += list(enumerate(value)) if isinstance(value, list) else []
    return [path, *(found for key, one in inner for found in positions(one, (*path, key)))]


def with_value(values: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Plain values with another value at a position."""
    if not path:
        return value
    copy = dict(values) if isinstance(values, dict) else list(values)
    copy[path[0]] = with_value(values[path[0]], path[1:], value)
    return copy


@given(st.data(), any_json)
def test_any_value_anywhere_costs_only_what_it_belongs_to(data: st.DataObject, value: Any):
    stored = json.loads(json.dumps(dump(FULL)))
    path = data.draw(st.sampled_from(positions(stored)))
    setup, problems = load(Setup, with_value(stored, path, value))
    if path:  # all other fields are as they were
        names = [name for name in Setup.__dataclass_fields__ if name != path[0]]
        assert [getattr(setup, name) for name in names] == [getattr(FULL, name) for name in names]
        assert all(problem.where.startswith(path[0]) for problem in problems)
    if path[:1] == ("rows",) and len(path) > 1:  # so is the other row
        other = FULL.rows[1 - path[1]]
        assert other in setup.rows


@given(any_json)
def test_no_value_raises(value: Any):
    assert isinstance(load(Setup, value)[0], Setup)
    assert isinstance(load_list(Row, value)[0], list)
    assert isinstance(load(Setup, dict.fromkeys(Setup.__dataclass_fields__, value))[0], Setup)
    for name in ("frame_id", "period_ms", "count", "name", "data", "style"):
        assert isinstance(load(Row, {name: value, "id": "1"})[0], Row)
