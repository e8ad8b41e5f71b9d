"""Filters drawn by hypothesis: each a text, and the same condition on one frame in plain Python."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from canmcast_gui.frames import Flag

NAMES = {
    "EngineData": (0x100, False),
    "Engine2": (0x7FF, False),
    "Brake": (0x1FFFFFFF, True),
    "Abs": (0, False),
}


@dataclass(frozen=True)
class Frame:
    """One frame as plain values."""

    time_ns: int
    arbitration_id: int
    flags: int
    channel: int
    dlc: int
    payload: bytes
    address: str

    @property
    def extended(self) -> bool:
        return bool(self.flags & Flag.EXTENDED)

    @property
    def name(self) -> str:
        known = {} if self.flags & Flag.ERROR else {ids: name for name, ids in NAMES.items()}
        return known.get((self.arbitration_id, self.extended), "")


Condition = tuple[str, Callable[[Frame], bool]]

COMPARE = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

FIELDS: dict[str, Callable[[Frame], int]] = {
    "id": lambda frame: frame.arbitration_id,
    "dlc": lambda frame: frame.dlc,
    "length": lambda frame: len(frame.payload),
    "channel": lambda frame: frame.channel,
}

FLAGS: dict[str, Callable[[Frame], bool]] = {
    "fd": lambda frame: bool(frame.flags & Flag.FD),
    "brs": lambda frame: bool(frame.flags & Flag.BRS),
    "esi": lambda frame: bool(frame.flags & Flag.ESI),
    "error": lambda frame: bool(frame.flags & Flag.ERROR),
    "remote": lambda frame: bool(frame.flags & Flag.REMOTE),
    "extended": lambda frame: frame.extended,
    "standard": lambda frame: not frame.extended,
    "dir == tx": lambda frame: bool(frame.flags & Flag.TX),
    "dir != tx": lambda frame: not frame.flags & Flag.TX,
    "rx": lambda frame: not frame.flags & Flag.TX,
    "dir == rx|tx": lambda _frame: True,
}

NUMBERS = st.one_of(
    st.sampled_from([0, 1, 8, 9, 0x100, 0x7FF, 0x1FFFFFFF]),
    st.integers(-5, 300),
    st.integers(-(2**63), 2**64 - 1),
)


def spelled(number: int) -> st.SearchStrategy[str]:
    """A number in decimal, or in hexadecimal where that can be written."""
    if number < 0:
        return st.just(str(number))
    return st.sampled_from([str(number), f"0x{number:X}", f"0x{number:04x}", bin(number)])


@st.composite
def comparisons(draw: st.DrawFn) -> Condition:
    """A field and a number."""
    field = draw(st.sampled_from(sorted(FIELDS)))
    sign = draw(st.sampled_from(sorted(COMPARE)))
    number = draw(NUMBERS)
    return f"{field} {sign} {draw(spelled(number))}", lambda f: COMPARE[sign](FIELDS[field](f), number)


@st.composite
def memberships(draw: st.DrawFn) -> Condition:
    """A field and numbers or ranges."""
    field = draw(st.sampled_from(sorted(FIELDS)))
    pairs = [sorted(pair) for pair in draw(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4))]
    texts = [draw(st.sampled_from([f"{low}..{high}", f"{low} .. {high}"])) for low, high in pairs]
    texts = [str(low) if low == high else text for (low, high), text in zip(pairs, texts, strict=True)]
    text = texts[0] if len(texts) == 1 and draw(st.booleans()) else f"({', '.join(texts)})"
    opposite = draw(st.booleans())
    return (
        f"{field} {'not in' if opposite else 'in'} {text}",
        lambda f: any(low <= FIELDS[field](f) <= high for low, high in pairs) != opposite,
    )


@st.composite
def bytes_at(draw: st.DrawFn) -> Condition:
    """A payload byte, or bits of it."""
    place = draw(st.integers(0, 63) | st.integers(0, 8))
    bits = draw(st.integers(0, 0x1FF))
    number = draw(st.integers(0, 255))
    sign = draw(st.sampled_from(sorted(COMPARE)))
    there = lambda f: len(f.payload) > place  # noqa: E731
    return draw(
        st.sampled_from(
            [
                (f"data[{place}] & {bits:#x}", lambda f: there(f) and f.payload[place] & bits != 0),
                (
                    f"data[{place}] {sign} {number}",
                    lambda f: there(f) and COMPARE[sign](f.payload[place], number),
                ),
                (
                    f"data[{place}] & {bits} {sign} {number}",
                    lambda f: there(f) and COMPARE[sign](f.payload[place] & bits, number),
                ),
            ]
        )
    )


@st.composite
def payloads(draw: st.DrawFn) -> Condition:
    """Bytes within a payload, or all of it."""
    part = draw(st.lists(st.integers(0, 2), min_size=1, max_size=9).map(bytes))
    text = part.hex(" ")
    return draw(
        st.sampled_from(
            [
                (f'data ~ "{text}"', lambda f: part in f.payload),
                (f"data !~ {text}", lambda f: part not in f.payload),
                (f"data == {text}", lambda f: f.payload == part),
                (f'data != "{part.hex()}"', lambda f: f.payload != part),
                (f'"{text}"', lambda f: part in f.payload or f.arbitration_id == _as_id(text)),
            ]
        )
    )


def _as_id(text: str) -> int | None:
    return int(text, 16) if " " not in text else None


def word(text: str) -> Condition:
    """A plain word: id, part of a name or payload bytes."""

    def passes(frame: Frame) -> bool:
        digits = text.lower().removeprefix("0x")
        is_hex = digits and set(digits) <= set("0123456789abcdef")
        inside = (
            is_hex and len(text) % 2 == 0 and digits == text.lower() and bytes.fromhex(text) in frame.payload
        )
        return bool(
            (is_hex and frame.arbitration_id == int(digits, 16))
            or inside
            or (frame.name and text.lower() in frame.name.lower())
        )

    return text, passes


OTHERS: list[Condition] = [
    ('name ~ "Engine*"', lambda f: f.name.startswith("Engine")),
    ("name ~ *e", lambda f: f.name.endswith("e")),
    ("name ~ ngine", lambda f: "ngine" in f.name),
    ("name !~ RAK", lambda f: f.name != "Brake"),
    ("name == Brake", lambda f: f.name == "Brake"),
    ("name != Brake", lambda f: f.name != "Brake"),
    ('name == "Engine*"', lambda _f: False),
    ("source == 10.0.0.7", lambda f: f.address == "10.0.0.7"),
    ("source != 10.0.0.7", lambda f: f.address != "10.0.0.7"),
    ('source == "10.0.0.7:5"', lambda f: f.address == "10.0.0.7"),
    ("source == FE80:0::0:1", lambda f: f.address == "fe80::1"),
    ("source == fe80::1%eth0", lambda _f: False),
    ("source == fe80::1", lambda f: f.address == "fe80::1"),
    ('source == "[fe80::1]:6"', lambda f: f.address == "fe80::1"),
    ("source ~ 10.*", lambda f: f.address.startswith("10.")),
    ("source ~ fe80", lambda f: "fe80" in f.address),
    ("time > 1.5", lambda f: f.time_ns > 1_500_000_000),
    ("time == 0.000000001", lambda f: f.time_ns == 1),
    ("time in 0.5..1.5", lambda f: 500_000_000 <= f.time_ns <= 1_500_000_000),
    ("Frame.Length >= 3", lambda f: len(f.payload) >= 3 and not f.extended),
    *map(
        word,
        ["0", "100", "0x7ff", "7FF", "engine", "Brake", "00", "0102", "1FFFFFFF", "eng", "nothing", "xyz"],
    ),
]

TERMS = st.one_of(
    comparisons(),
    memberships(),
    bytes_at(),
    payloads(),
    st.sampled_from(OTHERS),
    st.sampled_from(sorted(FLAGS.items(), key=lambda item: item[0])),
)


def _both(parts: tuple[Condition, Condition], joint: str) -> Condition:
    (one, first), (other, second) = parts
    return f"({one}) {joint} ({other})", lambda f: first(f) and second(f)


def _either(parts: tuple[Condition, Condition], joint: str) -> Condition:
    (one, first), (other, second) = parts
    return f"({one}) {joint} ({other})", lambda f: first(f) or second(f)


def _opposite(part: Condition, sign: str) -> Condition:
    return f"{sign}({part[0]})", lambda f: not part[1](f)


CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    TERMS,
    lambda inner: st.one_of(
        st.builds(_both, st.tuples(inner, inner), st.sampled_from(["and", "&&", "AND", ""])),
        st.builds(_either, st.tuples(inner, inner), st.sampled_from(["or", "||", "|", "Or"])),
        st.builds(_opposite, inner, st.sampled_from(["not ", "!", "NOT"])),
    ),
    max_leaves=6,
)
