"""Sending on time, from a program that has something else to do."""

from __future__ import annotations

from typing import Any

from canmcast_gui.transmit import wire
from canmcast_gui.transmit.client.fuzz import FuzzClient
from canmcast_gui.transmit.client.jobs import JobClient
from canmcast_gui.transmit.client.replays import ReplayClient
from canmcast_gui.transmit.client.sequences import SequenceClient
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.news import AddressChanged, SendFailed

# Jobs that a sentence names.
_MOST_NAMES = 5


class Transmitter(JobClient, ReplayClient, SequenceClient, FuzzClient):
    """A process that sends single and periodic frames; it ends with this one, and sending with it.

    ``factory`` names what makes its sender ("module:function"), ``settings`` are plain values for it;
    ``ears`` names what makes a receiver of the same settings, opened when something depends on what others
    send. The constructor returns when the sender is open, and raises TransmitError, with nothing left
    running, where it cannot be. ``fileno()`` is readable when there is news, and ``poll()`` gives it;
    ``supervise()`` is to be called a few times a second. For one thread. Also a context manager.
    """

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        super().__init__(factory, settings, ears)
        self._heard[wire.FAILED] = self._on_failed
        self._heard[wire.MOVED] = self._on_moved
        self._rate_limit: float | None = None
        self._set_addresses(self._process.first_word)

    @property
    def address(self) -> tuple[str, int]:
        """Where its frames come from: ip and port of its sender (on its first interface).

        Another one after a restart (see supervise()) and after AddressChanged; all of them are in
        ``addresses``.
        """
        return self.addresses[0]

    def set_rate_limit(self, frames_per_second: float | None) -> None:
        """Let no more than so many frames a second leave, of whatever kind; None is no limit.

        Jobs' frames above it are not sent, counted as late and told (HeldBack); all others wait.
        """
        if frames_per_second is not None and frames_per_second <= 0:
            raise TransmitError(f"A limit of {frames_per_second:g} frames/s is not possible; choose more.")
        self._rate_limit = frames_per_second
        self._say_if_running(wire.LIMIT, frames_per_second)

    def supervise(self) -> str | None:
        """Start the process again where it has ended; a sentence for the user where something changed.

        After a restart nothing is armed, and frames come from another ``address``.
        """
        self._read()
        change = self._process.supervise()
        channel = self._process.channel
        if channel is not None:
            channel.flush()
        if change is None:
            return None
        if change.ready is not None:
            self._set_addresses(change.ready)
            self._say_if_running(wire.LIMIT, self._rate_limit)
            return change.sentence
        lost = self._forget_all()
        return change.sentence + (f" {_lost_text(lost)}" if lost else "")

    def _on_failed(self, sentence: str) -> None:
        self._news.append(SendFailed(sentence))

    def _on_moved(self, addresses: list[list[Any]]) -> None:
        self._set_addresses(addresses)
        self._news.append(AddressChanged(self.addresses))

    def _set_addresses(self, addresses: list[list[Any]]) -> None:
        self.addresses: tuple[tuple[str, int], ...] = tuple((ip, port) for ip, port in addresses)

    def shutdown(self) -> None:
        """End the process, and sending with it; see flush(). Never raises."""
        self._read()
        self._process.end()

    def __enter__(self) -> Transmitter:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.shutdown()


def _lost_text(names: list[str]) -> str:
    """What was armed, in a sentence."""
    more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
    return f"No longer being sent: {', '.join(names[:_MOST_NAMES])}{more}."
