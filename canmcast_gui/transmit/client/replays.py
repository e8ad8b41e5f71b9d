"""What the client asks of the transmit process for replays."""

from __future__ import annotations

from typing import Any

from canmcast_gui.transmit import wire
from canmcast_gui.transmit.client.link import ClientLink
from canmcast_gui.transmit.news import ReplayStatus
from canmcast_gui.transmit.replay.options import ReplayOptions


class ReplayClient(ClientLink):
    """Replays, by numbers that the caller gives them."""

    def __init__(self, factory: str, settings: dict[str, Any], ears: str = "") -> None:
        super().__init__(factory, settings, ears)
        self._heard[wire.REPLAYS] = self._on_replays
        self._replaying: set[int] = set()

    @property
    def replaying(self) -> frozenset[int]:
        """The replays that have not ended, as far as news have come."""
        return frozenset(self._replaying)

    def replay(self, number: int, factory: str, settings: dict[str, Any], options: ReplayOptions) -> None:
        """Begin a replay of what the factory makes of ``settings``: an object with ``rows(start, stop)``.

        Nothing leaves before replay_grown() says that there are rows. ReplayStatus tells how it goes. Raises
        TransmitError, and FilterError for a wrong filter.
        """
        self._say(wire.REPLAY, number, factory, settings, options.validated().to_dict())
        self._replaying.add(number)

    def replay_grown(self, number: int, end_row: int, complete: bool) -> None:
        """The source has rows up to ``end_row`` now, and will have no more where ``complete``."""
        self._say_if_running(wire.REPLAY_GROWN, number, end_row, complete)

    def replay_do(self, number: int, action: str, value: int | float | None = None) -> None:
        """Tell a replay: "play", "pause", "step", "seek" (to a row), "speed" (a factor or None)."""
        self._say_if_running(wire.REPLAY_DO, number, action, value)

    def replay_stop(self, number: int) -> None:
        """End a replay."""
        self._replaying.discard(number)
        self._say_if_running(wire.REPLAY_STOP, number)

    def _on_replays(self, rows: list[list[Any]]) -> None:
        for row in rows:
            status = ReplayStatus(*row)
            if status.number in self._replaying:
                self._news.append(status)
                if status.state in ("failed", "stopped"):
                    self._replaying.discard(status.number)

    def _forget_all(self) -> list[str]:
        self._replaying.clear()
        return super()._forget_all()
