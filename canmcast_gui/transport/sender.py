"""The sending half of a bus: checks frames, keeps to a rate, and sends from a port of its own."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from canmcast_gui.frames import FrameBatch, Source
from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.transport.errors import BusError, FrameError
from canmcast_gui.transport.pace import Pace
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.sockets.routes import choose_interfaces
from canmcast_gui.transport.sockets.send import (
    MOST_SEGMENTS,
    InterfaceSender,
    SendTimeoutError,
    run_length,
    split,
)
from canmcast_gui.transport.wire.encoder import EncodedRows, FrameEncoder, MulticastEncoder
from canmcast_gui.transport.wire.templates import WIDTH

# How often a sender in use checks whether its interface is still the right one.
_CHECK_SECONDS = 0.5

# Datagrams that are encoded before they are sent: fewer need more calls, more do not fit in the processor's
# caches.
_CHUNK_FRAMES = 8192

# Up to this number, frames are encoded faster one by one than as columns.
_FEW_FRAMES = 20
# Up to this number, datagrams of different sizes are sent without the work of making a matrix of them.
_FEW_DATAGRAMS = 64


def open_sender(settings: dict[str, Any]) -> FrameSender:
    """The sender of a bus whose settings come from another process (BusSettings.to_dict)."""
    return FrameSender(BusSettings.from_dict(settings))


_monotonic = time.monotonic


class FrameSender:
    """Sends frames to a group on its interfaces. Raises BusError if it cannot be opened.

    May be used from several threads. ``on_address`` is called with each source address before the first frame
    is sent from it: at the start, and when a removed interface has returned. ``encoder`` makes what writes
    the wire format, of a bus with or without CAN FD; the usual one is that of python-can.
    """

    def __init__(
        self,
        settings: BusSettings,
        on_address: Callable[[Source], None] | None = None,
        encoder: Callable[[bool], FrameEncoder] = MulticastEncoder,
    ) -> None:
        self.settings = settings = settings.validated()
        self.sent = 0
        self._encoder = encoder(settings.fd)
        self.encode = self._encoder.encode
        self._encode_records = self._encoder.encode_records
        self._on_address = on_address or _ignore
        self._group = parse_group(settings.group)
        self._pace = Pace(settings.rate_limit) if settings.rate_limit else None
        self._lock = threading.Lock()
        self._senders: tuple[InterfaceSender, ...] = ()
        self._check_at = time.monotonic() + _CHECK_SECONDS
        self._address = Source()
        self._open_senders(self._choose_links())

    def _choose_links(self) -> tuple[Link, ...]:
        return choose_interfaces(self._group, self.settings.interface, self.settings.local)

    def _open_senders(self, links: tuple[Link, ...]) -> None:
        """Replace the senders. Raises BusError if one cannot be opened, and then keeps the old ones."""
        senders: list[InterfaceSender] = []
        try:
            senders.extend(InterfaceSender(self._group, self.settings, link) for link in links)
        except BusError:
            _close(senders)
            raise
        for sender in senders:
            self._on_address(sender.address)
        _close(self._senders)
        self._senders = tuple(senders)
        self._address = senders[0].address

    @property
    def address(self) -> Source:
        """The source address of its frames, on its first interface."""
        return self._address

    @property
    def addresses(self) -> tuple[Source, ...]:
        """The source addresses of its frames, one for each interface."""
        return tuple(sender.address for sender in self._senders)

    # -- frames to datagrams -----------------------------------------------------------------------------

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames in order; returns how many. Raises FrameError before any is sent, or BusError."""
        count = len(batch.records)
        if count == 1:
            self.send_datagram(self.datagrams(batch)[0])
            return 1
        if count <= _FEW_FRAMES:
            return self._send_few(self.datagrams(batch))
        if count <= _CHUNK_FRAMES and (alike := self._encoder.encode_alike(batch)) is not None:
            return self._send_alike(alike)
        if not self._encoder.is_usual(batch):
            return self.send_datagrams(self.datagrams(batch))
        self._encoder.check(batch)
        memory = np.empty(min(count, _CHUNK_FRAMES) * WIDTH, dtype=np.uint8)
        for start in range(0, count, _CHUNK_FRAMES):
            self._send_rows(*self._encoder.encode_columns(batch[start : start + _CHUNK_FRAMES], memory))
        return count

    def datagrams(self, batch: FrameBatch) -> list[bytes]:
        """The datagrams of frames, for send_datagram(). Raises FrameError if one is not valid."""
        try:
            return self._encode_records(batch)
        except FrameError:
            self._encoder.check(batch)  # names the row
            raise

    def send_datagrams(self, datagrams: Sequence[bytes]) -> int:
        """Send encoded frames in order; returns how many. Raises BusError if the network refuses one."""
        if len(datagrams) <= _FEW_DATAGRAMS:
            return self._send_few(datagrams)
        sizes = set(map(len, datagrams))
        if len(sizes) == 1 or max(sizes) > WIDTH:
            return self._send_few(datagrams)
        rows = b"".join(datagram.ljust(WIDTH, b"\0") for datagram in datagrams)
        matrix = np.frombuffer(rows, dtype=np.uint8).reshape(-1, WIDTH)
        return self._send_rows(matrix, np.array([len(datagram) for datagram in datagrams], dtype=np.int64))

    def encode_ahead(self, batch: FrameBatch) -> EncodedRows:
        """Encode frames before they are due, for send_encoded(). Raises FrameError if one is not valid."""
        self._encoder.check(batch)
        if len(batch) and self._encoder.is_usual(batch):
            return self._encoder.encode_columns(batch, np.empty(len(batch) * WIDTH, dtype=np.uint8))
        matrix = np.zeros((len(batch), WIDTH), dtype=np.uint8)
        datagrams = self._encode_records(batch)
        for row, datagram in enumerate(datagrams):
            matrix[row, : len(datagram)] = np.frombuffer(datagram, dtype=np.uint8)
        return matrix, np.array([len(datagram) for datagram in datagrams], dtype=np.int64)

    def send_encoded(self, encoded: EncodedRows, start: int, stop: int) -> int:
        """Send rows that encode_ahead() returned, in order; returns how many. Raises BusError."""
        matrix, sizes = encoded
        return self._send_rows(matrix[start:stop], sizes[start:stop])

    # -- datagrams to the network ------------------------------------------------------------------------

    def send_datagram(self, datagram: bytes, timeout: float | None = None) -> None:
        """Send one encoded frame. Raises SendTimeoutError, or BusError if the network refuses it."""
        with self._lock:
            if self._pace is not None:
                _wait_for_rate(self._pace, 1, timeout)
            if _monotonic() >= self._check_at:  # here too, because the call takes as long as the rest
                self._check_interfaces()
            for number, sender in enumerate(self._senders):
                try:
                    sender.send_now(datagram)
                except OSError as error:
                    self._send_again(number, datagram, timeout, error)
            self.sent += 1

    def _send_again(self, number: int, datagram: bytes, timeout: float | None, error: OSError) -> None:
        """Send what was not sent at once: wait, or open the senders again."""
        try:
            if not isinstance(error, BlockingIOError):
                raise error
            self._senders[number].send(datagram, timeout)
        except OSError as problem:
            self._recover(problem)
            self._senders[number].send_or_explain(datagram, timeout)

    def _send_few(self, datagrams: Sequence[bytes]) -> int:
        """Send datagrams, those that follow each other and have one size in one call."""
        count = len(datagrams)
        if self._pace is not None or count == 1:
            for datagram in datagrams:
                self.send_datagram(datagram)
            return count
        with self._lock:
            self._check_interfaces()
            start = 0
            while start < count:
                length = run_length(datagrams, start)
                self._send_run(b"".join(datagrams[start : start + length]), len(datagrams[start]))
                self.sent += length
                start += length
        return count

    def _send_alike(self, matrix: Bytes) -> int:
        """Send datagrams of one size, uint8 (n, size)."""
        count, size = len(matrix), int(matrix.shape[1])
        if self._pace is not None or count > MOST_SEGMENTS:
            return self._send_rows(matrix, np.full(count, size))
        with self._lock:
            self._check_interfaces()
            self._send_run(matrix.data, size)
            self.sent += count
        return count

    def _send_run(self, joined: bytes | memoryview, size: int) -> None:
        """Send joined datagrams of one size, at most MOST_SEGMENTS, on all interfaces."""
        for number in range(len(self._senders)):
            try:
                self._senders[number].send_run(joined, size)
            except OSError as error:
                self._recover(error)
                for datagram in split(joined, size):
                    self._senders[number].send_or_explain(datagram, None)

    def _send_rows(self, matrix: Bytes, sizes: Numbers) -> int:
        step = self._pace.at_once if self._pace else len(sizes)
        with self._lock:
            for start in range(0, len(sizes), max(1, step)):
                stop = min(start + step, len(sizes))
                if self._pace is not None:
                    _wait_for_rate(self._pace, stop - start, None)
                self._check_interfaces()
                for number in range(len(self._senders)):
                    self._send_rows_on(number, matrix[start:stop], sizes[start:stop])
                self.sent += stop - start
        return len(sizes)

    def _send_rows_on(self, number: int, matrix: Bytes, sizes: Numbers) -> None:
        done = 0
        while done < len(sizes):
            try:
                done += self._senders[number].send_some(matrix[done:], sizes[done:])
            except OSError as error:
                self._recover(error)
                self._senders[number].send_or_explain(bytes(matrix[done, : sizes[done]]), None)
                done += 1

    def _check_interfaces(self) -> None:
        """Open other senders if the interfaces have changed; checks every _CHECK_SECONDS.

        Raises BusError if the bus is closed.
        """
        if not self._senders:
            raise BusError("the bus is closed")
        now = _monotonic()
        if now < self._check_at:
            return
        self._check_at = now + _CHECK_SECONDS
        with contextlib.suppress(BusError):  # sending then raises the reason
            links = self._choose_links()
            if links != tuple(sender.link for sender in self._senders):
                self._open_senders(links)

    def _recover(self, error: OSError) -> None:
        """Open the senders again: the interface may have been removed and created, or has a new address."""
        try:
            self._open_senders(self._choose_links())
        except BusError as problem:
            raise BusError(f"cannot send to {self.settings.label()}: {problem}") from error

    def close(self) -> None:
        """Close the sockets. Sending then raises BusError."""
        with self._lock:
            _close(self._senders)
            self._senders = ()
            self._check_at = 0.0  # the next check reports that the bus is closed


def _wait_for_rate(pace: Pace, frames: int, timeout: float | None) -> None:
    """Wait until the rate limit allows this number of frames. Raises SendTimeoutError."""
    if not pace.wait(frames, timeout):
        raise SendTimeoutError(f"the rate limit does not allow another frame within {timeout} s")


def _ignore(address: Source) -> None:
    """The default of ``on_address``."""


def _close(senders: Iterable[InterfaceSender]) -> None:
    for sender in senders:
        sender.close()
