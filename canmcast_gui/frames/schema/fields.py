"""The fields of dataclasses in files, and the functions that load and dump instances."""

from __future__ import annotations

import dataclasses
import operator
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache, partial, reduce
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Meta

from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.schema.values import (
    BAD,
    Codec,
    CodecOfTypeConverter,
    CodedConverter,
    Converter,
    DictConverter,
    ListConverter,
    Load,
    OptionalConverter,
    PlainConverter,
    Problem,
    TupleConverter,
    description,
)

T = TypeVar("T")


class Key:
    """The key of a field in files if it differs from its name, then the keys of older files."""

    def __init__(self, name: str, *older: str) -> None:
        self.names = (name, *older)


class _Required:
    """The class of REQUIRED."""


# A file must have a good value for this field, or the whole object is left out; the default is not used.
REQUIRED: Final = _Required()

_CODECS: dict[Any, Codec] = {
    Path: Codec(str, Path, str),
    bytes: Codec(str, bytes.fromhex, bytes.hex),
}


def load(
    cls: type[T], value: object, where: str = "", codecs: Mapping[type, Codec] | None = None
) -> tuple[T, list[Problem]]:
    """A dataclass from plain values. ``where`` begins the positions of problems, ``codecs`` are by type.

    All fields of the class need defaults. A class method ``upgraded(value)`` of it returns values of an older
    form in the present one, all others unchanged. ValueError and UserError of its ``__post_init__`` become
    a problem.
    """
    run = Load(where, _converters(codecs))
    loaded = _converter(cls).load(value, run)
    return cls() if loaded is BAD else loaded, run.problems()


def load_list(
    cls: type[T],
    values: object,
    where: str = "",
    codecs: Mapping[type, Codec] | None = None,
    most: int | None = None,
) -> tuple[list[T], list[Problem]]:
    """Dataclasses from a list: those that fit, of the first ``most``. None counts as an empty list."""
    run = Load(where, _converters(codecs))
    loaded = ListConverter(_converter(cls), list, most).load([] if values is None else values, run)
    return [] if loaded is BAD else loaded, run.problems()


def load_value(kind: Any, value: object, default: T, where: str = "") -> tuple[T, list[Problem]]:
    """A value of any type that a field can have; the default if it does not fit or is None."""
    run = Load(where, {})
    loaded: Any = BAD if value is None else _converter(kind).load(value, run)
    return default if loaded is BAD else loaded, run.problems()


def dump_value(kind: Any, value: object) -> Any:
    """The plain form of a value, from which ``load_value`` makes an equal one."""
    return _converter(kind).dump(value, {})


def dump(instance: Any, codecs: Mapping[type, Codec] | None = None) -> dict[str, Any]:
    """Plain values from which ``load`` makes an equal instance.

    A field whose default is None is left out while it is None. With ``omit_defaults = True`` a class leaves
    out all fields that have their default values, except required ones.
    """
    values: dict[str, Any] = _converter(type(instance)).dump(instance, _converters(codecs))
    return values


def _converters(codecs: Mapping[type, Codec] | None) -> dict[Any, Converter]:
    return {kind: CodedConverter(codec, _converter(codec.stored)) for kind, codec in (codecs or {}).items()}


def _converter(hint: Any) -> Converter:
    """The converter for a type as an annotation gives it."""
    return _make_converter(hint)


@cache
def _make_converter(hint: Any) -> Converter:
    kind, *marks = get_args(hint) if get_origin(hint) is Annotated else (hint,)
    limits = tuple(mark for mark in marks if isinstance(mark, Meta))
    for mark in marks:
        if isinstance(mark, Codec):
            return CodedConverter(mark, _converter(mark.stored))
    if get_origin(kind) in (Union, types.UnionType) and types.NoneType in get_args(kind):
        others = reduce(operator.or_, (part for part in get_args(kind) if part is not types.NoneType))
        return OptionalConverter(_converter(_limited(others, limits)))
    if dataclasses.is_dataclass(kind):
        return _DataclassConverter(kind)
    if kind in _CODECS:
        return CodecOfTypeConverter(kind, CodedConverter(_CODECS[kind], _converter(_CODECS[kind].stored)))
    if get_origin(kind) in _CONTAINERS:
        return _container(kind, limits)
    if _is_plain(kind):
        return PlainConverter(_limited(kind, limits), description(kind, limits))
    return CodecOfTypeConverter(kind, None)


def _limited(kind: Any, limits: tuple[Meta, ...]) -> Any:
    return Annotated[(kind, *limits)] if limits else kind


def _is_plain(kind: Any) -> bool:
    if get_origin(kind) in (Union, types.UnionType):
        return all(_is_plain(part) for part in get_args(kind))
    is_enum = isinstance(kind, type) and issubclass(kind, Enum)
    return is_enum or get_origin(kind) is Literal or kind in (str, int, float, bool, Any, types.NoneType)


_CONTAINERS: dict[Any, Any] = {
    list: list,
    Sequence: tuple,
    tuple: tuple,
    set: set,
    frozenset: frozenset,
    dict: dict,
    Mapping: dict,
}


def _container(kind: Any, limits: tuple[Meta, ...]) -> Converter:
    make, parts = _CONTAINERS[get_origin(kind)], get_args(kind)
    if make is dict:
        return DictConverter(_converter(parts[0]), _converter(parts[1]))
    if get_origin(kind) is tuple and parts[-1] is not ...:
        return TupleConverter([_converter(part) for part in parts])
    most = next((limit.max_length for limit in limits if limit.max_length is not None), None)
    return ListConverter(_converter(parts[0]), make, most)


@dataclass(frozen=True)
class _Field:
    """One field of a dataclass. ``keys`` are its names in files, first the one that is written."""

    name: str
    keys: tuple[str, ...]
    converter: Converter
    required: bool
    default: Callable[[], Any] | None

    def load(self, values: Mapping[Any, Any], run: Load) -> Any:
        """Its value in a file, or BAD; the default may then take its place."""
        key = next((key for key in self.keys if key in values), None)
        value = None if key is None else values[key]
        if value is None and (key is None or not isinstance(self.converter, OptionalConverter)):
            return run.report(f"{self.keys[0]} is missing") if self.required else BAD
        return run.inside(f".{key}", self.converter, value)

    def can_be_left_out(self, value: Any, omit_defaults: bool) -> bool:
        """Whether a file without the field means this value."""
        if self.required or self.default is None:
            return False
        default = self.default()
        return bool(value == default) if omit_defaults else value is None and default is None


def _field(field: dataclasses.Field[Any], hint: Any) -> _Field:
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    keys = next((mark.names for mark in marks if isinstance(mark, Key)), (field.name,))
    default: Callable[[], Any] | None = None
    if field.default_factory is not dataclasses.MISSING:
        default = field.default_factory
    elif field.default is not dataclasses.MISSING:
        default = partial(getattr, field, "default")
    return _Field(field.name, keys, _converter(hint), default is None or REQUIRED in marks, default)


class _DataclassConverter(Converter):
    def __init__(self, cls: Any) -> None:
        self._cls = cls
        hints = get_type_hints(cls, include_extras=True)
        self._fields = [_field(field, hints[field.name]) for field in dataclasses.fields(cls) if field.init]
        self._keys = {key for field in self._fields for key in field.keys}
        self._upgraded = getattr(cls, "upgraded", None)
        self._omit_defaults = getattr(cls, "omit_defaults", False)

    def load(self, value: Any, run: Load) -> Any:
        if self._upgraded is not None:
            value = self._upgraded(value)
        if not isinstance(value, Mapping):
            return run.expected("a group of named values", value)
        for key in value:
            if key not in self._keys:
                run.unknown(self._cls, key)
        loaded = [(field, field.load(value, run)) for field in self._fields]
        if any(field.required and part is BAD for field, part in loaded):
            return BAD
        try:
            return self._cls(**{field.name: part for field, part in loaded if part is not BAD})
        except (ValueError, UserError) as error:
            return run.report(str(error))

    def dump(self, value: Any, codecs: Mapping[Any, Converter]) -> Any:
        parts = [(field, getattr(value, field.name)) for field in self._fields]
        return {
            field.keys[0]: field.converter.dump(part, codecs)
            for field, part in parts
            if not field.can_be_left_out(part, self._omit_defaults)
        }
