"""The converters of values of one type each, and how they report those that do not fit."""

from __future__ import annotations

import math
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

import msgspec
from msgspec import Meta

from canmcast_gui.frames.errors import UserError

# Users would not read more. The last one then counts those that are not listed.
MAX_PROBLEMS = 100

# What a converter returns for a value that does not fit, once it has reported it.
BAD: Final = object()


@dataclass(frozen=True, slots=True)
class Problem:
    """A value that does not fit: its position, such as ``rows[3].period_ms``, and the reason."""

    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text}" if self.where else self.text


@dataclass(frozen=True)
class Codec:
    """How a value is stored that JSON has no form for.

    ``load`` makes the value from one of type ``stored`` and raises ValueError or UserError with a sentence;
    ``dump`` does the reverse.
    """

    stored: Any
    load: Callable[[Any], Any]
    dump: Callable[[Any], Any]


class Load:
    """One call of ``schema.load``: the position in the file, the codecs by type, the problems so far."""

    def __init__(self, where: str, codecs: Mapping[Any, Converter]) -> None:
        self.codecs = codecs
        self._path = [where]
        self._problems: list[Problem] = []
        self._unlisted = 0
        self._unknown: set[tuple[type, str]] = set()

    def inside(self, step: str, converter: Converter, value: Any) -> Any:
        """What ``converter`` makes of a value that is at ``step`` in the current one."""
        self._path.append(step)
        loaded = converter.load(value, self)
        self._path.pop()
        return loaded

    def report(self, text: str) -> Any:
        """Add a problem of the current value. Returns BAD."""
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(Problem("".join(self._path).removeprefix("."), text))
        else:
            self._unlisted += 1
        return BAD

    def expected(self, what: str, value: Any) -> Any:
        """Report that the current value is not ``what``. Returns BAD."""
        return self.report(f"expected {what}, not {shown(value)}")

    def unknown(self, cls: type, key: object) -> None:
        """Report a key that a class does not have; once, also where each entry of a list has it."""
        name = shown(key)
        if (cls, name) not in self._unknown:
            self._unknown.add((cls, name))
            self.report(f"{name} is unknown and ignored")

    def problems(self) -> list[Problem]:
        """All problems, or the first ones and how many more there are."""
        more = [Problem("", f"{self._unlisted:,} more problems")] if self._unlisted else []
        return self._problems + more


class Converter(ABC):
    """Loads and dumps the values of one type."""

    @abstractmethod
    def load(self, value: Any, run: Load) -> Any:
        """The value, or BAD after a report."""

    @abstractmethod
    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        """The plain form of a value."""


class PlainConverter(Converter):
    """Values that JSON has a form for: numbers, texts, literals, enums, None, and unions of them."""

    def __init__(self, hint: Any, description: str) -> None:
        self._hint = hint
        self._description = description

    def load(self, value: Any, run: Load) -> Any:
        try:
            loaded = msgspec.convert(value, self._hint)
        except (msgspec.ValidationError, SystemError):  # the latter, before 0.22, for thousands of digits
            return run.expected(self._description, value)
        if isinstance(loaded, float) and not math.isfinite(loaded):
            return run.expected(self._description, value)
        return loaded

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:  # noqa: ARG002 – none for plain values
        return value.value if isinstance(value, Enum) else value


class OptionalConverter(Converter):
    """Values that may be None."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter

    def load(self, value: Any, run: Load) -> Any:
        return None if value is None else self._converter.load(value, run)

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        return None if value is None else self._converter.dump(value, codecs)


class CodedConverter(Converter):
    """Values with a codec; ``stored`` converts what the codec reads and writes."""

    def __init__(self, codec: Codec, stored: Converter) -> None:
        self._codec = codec
        self._stored = stored

    def load(self, value: Any, run: Load) -> Any:
        stored = self._stored.load(value, run)
        if stored is BAD:
            return BAD
        try:
            return self._codec.load(stored)
        except (ValueError, UserError) as error:
            return run.report(str(error))

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        return self._stored.dump(self._codec.dump(value), codecs)


class CodecOfTypeConverter(Converter):
    """Values of a type that has a codec in this call, such as paths relative to the folder of a file."""

    def __init__(self, kind: Any, usual: Converter | None) -> None:
        self._kind = kind
        self._usual = usual

    def _converter(self, codecs: Mapping[Any, Converter]) -> Converter:
        converter = codecs.get(self._kind, self._usual)
        if converter is None:
            raise TypeError(f"values of type {self._kind!r} need a Codec")
        return converter

    def load(self, value: Any, run: Load) -> Any:
        return self._converter(run.codecs).load(value, run)

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        return self._converter(codecs).dump(value, codecs)


class ListConverter(Converter):
    """Entries of one type, at most ``most``; those that do not fit are left out."""

    def __init__(self, entry: Converter, make: Callable[[Iterable[Any]], Any], most: int | None) -> None:
        self._entry = entry
        self._make = make
        self._most = most

    def load(self, value: Any, run: Load) -> Any:
        if not isinstance(value, list | tuple):
            return run.expected("a list", value)
        if self._most is not None and len(value) > self._most:
            run.report(f"only the first {self._most:,} of {len(value):,} entries are used")
        numbered = enumerate(value[: self._most])
        entries = [run.inside(f"[{index}]", self._entry, entry) for index, entry in numbered]
        return self._make(entry for entry in entries if entry is not BAD)

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        entries = [self._entry.dump(entry, codecs) for entry in value]
        return sorted(entries) if self._make in (set, frozenset) else entries


class TupleConverter(Converter):
    """A fixed number of values with a type each; they fit all or not at all."""

    def __init__(self, parts: Sequence[Converter]) -> None:
        self._parts = parts

    def load(self, value: Any, run: Load) -> Any:
        if not isinstance(value, list | tuple) or len(value) != len(self._parts):
            return run.expected(f"a list of {len(self._parts)} values", value)
        pairs = enumerate(zip(self._parts, value, strict=True))
        loaded = tuple(run.inside(f"[{index}]", converter, part) for index, (converter, part) in pairs)
        return BAD if any(part is BAD for part in loaded) else loaded

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        return [converter.dump(part, codecs) for converter, part in zip(self._parts, value, strict=True)]


class DictConverter(Converter):
    """Keys of one type and values of one type; pairs that do not fit are left out."""

    def __init__(self, key: Converter, value: Converter) -> None:
        self._key = key
        self._value = value

    def load(self, value: Any, run: Load) -> Any:
        if not isinstance(value, Mapping):
            return run.expected("a group of named values", value)
        loaded = {}
        for name, entry in value.items():
            step = f"[{shown(name)}]"
            key = run.inside(step, self._key, name)
            converted = run.inside(step, self._value, entry)
            if key is not BAD and converted is not BAD:
                loaded[key] = converted
        return loaded

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        return {self._key.dump(key, codecs): self._value.dump(entry, codecs) for key, entry in value.items()}


_NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    Any: "any value",
    type(None): "null",
}


def description(hint: Any, limits: Sequence[Meta]) -> str:
    """A type and its limits in words, such as "a number from 0.1 to 1000"."""
    for limit in limits:
        if limit.description:
            return limit.description
    if get_origin(hint) is Literal:
        return _choice(get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice([member.value for member in hint])
    name = (
        _NAMES.get(hint) or " or ".join(_NAMES.get(part, str(part)) for part in get_args(hint)) or str(hint)
    )
    return "".join([name, *(_limit_text(limit) for limit in limits)])


def _choice(values: Iterable[object]) -> str:
    return "one of " + ", ".join(str(value) for value in values)


def _limit_text(limit: Meta) -> str:
    if limit.max_length is not None:
        return f" of at most {limit.max_length:,} characters"
    if limit.ge is not None and limit.le is not None:
        return f" from {limit.ge} to {limit.le}"
    words = {"above": limit.gt, "of at least": limit.ge, "below": limit.lt, "of at most": limit.le}
    parts = [f"{word} {number}" for word, number in words.items() if number is not None]
    return f" {' and '.join(parts)}" if parts else ""


class _Short(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxdict, self.maxlist, self.maxtuple = 2, 3, 3, 3
        self.maxstring, self.maxlong, self.maxother = 60, 40, 60


def shown(value: object) -> str:
    """A value as Python writes it, short enough for a sentence."""
    try:
        return _Short().repr(value)
    except ValueError:  # Python writes no numbers of thousands of digits
        return "a number of thousands of digits"
