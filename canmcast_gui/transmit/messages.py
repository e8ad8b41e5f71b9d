"""How the program and the transmit process exchange messages: lists of commands, and lists of events.

Each command and each event is a class of its own, in commands.py and events.py. They travel as MessagePack
arrays that begin with the name of the class; a FrameBatch in them as its records and its heap.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import GenericAlias, UnionType
from typing import Any, TypeVar

import msgspec
import numpy as np
from msgspec import Struct

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch

S = TypeVar("S", bound=Struct)


class MessageError(ValueError):
    """A message cannot be encoded or decoded; the text says why."""


def _to_plain(value: Any) -> tuple[bytes, bytes]:
    """What msgspec does not know: batches."""
    if not isinstance(value, FrameBatch):
        raise NotImplementedError(f"{type(value).__name__} cannot be part of a message")
    batch = value.compact()
    return batch.records.tobytes(), batch.heap.tobytes()


def _from_plain(kind: type, value: Any) -> FrameBatch:
    """The batch that _to_plain() made plain."""
    if kind is not FrameBatch:
        raise NotImplementedError(f"{kind.__name__} cannot be part of a message")
    records, heap = value
    return FrameBatch(np.frombuffer(records, dtype=FRAME_DTYPE), np.frombuffer(heap, dtype=np.uint8))


class MessageEncoder:
    """Encodes commands or events into a buffer that it uses again, because large new ones cost more time."""

    def __init__(self) -> None:
        self._encoder = msgspec.msgpack.Encoder(enc_hook=_to_plain)
        self._buffer = bytearray()

    def encode(self, parts: Sequence[Struct]) -> bytearray:
        """A message, which is valid until the next call. Raises MessageError."""
        try:
            self._encoder.encode_into(parts, self._buffer)
        except OverflowError as error:
            raise MessageError("a number is too large for a message, which has 64 bits for each") from error
        return self._buffer


class Dispatcher:
    """Decodes messages and calls the handler of each command or event in them."""

    def __init__(self, kinds: type | UnionType) -> None:
        """``kinds`` is the union of the classes of commands, or of events."""
        self._decoder: msgspec.msgpack.Decoder[list[Struct]] = msgspec.msgpack.Decoder(
            GenericAlias(list, (kinds,)), dec_hook=_from_plain
        )
        self._handlers: dict[type[Struct], Callable[[Any], None]] = {}

    def add(self, kind: type[S], handler: Callable[[S], None]) -> None:
        """Call ``handler`` with each command or event of a class."""
        self._handlers[kind] = handler

    def dispatch(self, message: bytes) -> None:
        """Call the handlers for what is in a message. Raises MessageError."""
        try:
            parts = self._decoder.decode(message)
        except (msgspec.MsgspecError, ValueError, TypeError) as error:
            raise MessageError(f"a message of {len(message):,} bytes cannot be decoded: {error}") from error
        for part in parts:
            handler = self._handlers.get(type(part))
            if handler is None:
                raise MessageError(f"nothing handles {type(part).__name__}")
            handler(part)
