"""Encode and decode frames of the car with the database of the demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import can
import cantools

from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.resources_path import resource

if TYPE_CHECKING:
    from cantools.database.can import Database, Message

    from canmcast_gui.demo.values import Values


class DemoCodec:
    """Encodes values of messages as frames, and decodes frames."""

    def __init__(self) -> None:
        database: Database = cantools.database.load_file(resource(DEMO_DATABASE))  # type: ignore[assignment]
        self._messages: dict[str, Message] = {message.name: message for message in database.messages}

    def periods(self) -> dict[str, float]:
        """The cyclic messages with their periods in seconds, the fastest first."""
        cycles = {name: message.cycle_time for name, message in self._messages.items()}
        cyclic = {name: cycle / 1000 for name, cycle in cycles.items() if cycle}
        return dict(sorted(cyclic.items(), key=lambda item: item[1]))

    def sender(self, name: str) -> str:
        """The control unit that sends a message."""
        return self._messages[name].senders[0]

    def frame(self, name: str, values: Values) -> can.Message:
        """The frame with these values, each limited to the range of its signal."""
        message = self._messages[name]
        limited: dict[str, Any] = {
            signal.name: _limited(float(values[signal.name]), signal.minimum, signal.maximum)
            for signal in message.signals
            if signal.name in values
        }
        return can.Message(
            arbitration_id=message.frame_id,
            is_extended_id=message.is_extended_frame,
            is_fd=message.is_fd,
            bitrate_switch=message.is_fd,
            data=message.encode(limited, strict=False),
        )

    def request(self, name: str) -> can.Message:
        """The remote frame that requests a message."""
        message = self._messages[name]
        return can.Message(
            arbitration_id=message.frame_id,
            is_extended_id=message.is_extended_frame,
            is_remote_frame=True,
            dlc=message.length,
        )

    def arbitration_id(self, name: str) -> int:
        """The id of a message."""
        return self._messages[name].frame_id

    def values(self, frame: can.Message) -> dict[str, Any]:
        """The values in a received frame, as numbers."""
        for message in self._messages.values():
            if message.frame_id == frame.arbitration_id:
                return dict(message.decode(bytes(frame.data), decode_choices=False))  # type: ignore[arg-type]
        return {}


def _limited(value: float, lowest: Any, highest: Any) -> float:
    return min(max(value, float(lowest)), float(highest))
