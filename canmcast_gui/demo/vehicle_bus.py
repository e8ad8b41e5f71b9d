"""The buses of the simulated car: when its control units and a diagnostic tester send what."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import can
import cantools

from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.demo.car import Car
from canmcast_gui.demo.values import Values, Vehicle
from canmcast_gui.frames import Source
from canmcast_gui.resources_path import resource
from canmcast_gui.transport import UdpMulticastBus

# Each control unit has a bus of its own, so that it is a source of its own.
UNITS = ("Engine", "Transmission", "Battery", "Brakes", "Steering", "Radar", "Body", "Tester")
# Only this unit reads, for all units that answer. The other buses are not read; their buffers may overflow.
READER = "Engine"
UNREAD_BUFFER_BYTES = 4096

# Periods of frames that are not cyclic messages of the database, in seconds.
EVENTS = {"diagnostic request": 0.5, "identification request": 5.0, "error frame": 13.0}


SECOND_PHASE = 0.004
REQUEST, RESPONSE = "DiagnosticRequest", "DiagnosticResponse"
_READ_DATA, _READ_DATA_RESPONSE, _REFUSED = 0x22, 0x62, 0x7F
# SAE J1979 parameters under their UDS identifiers.
_ENGINE_SPEED, _VEHICLE_SPEED, _COOLANT = 0xF40C, 0xF40D, 0xF405


class VehicleBus:
    """All buses of the simulated car. Raises can.CanError if a bus cannot be opened or used."""

    def __init__(self, **bus_options: Any) -> None:
        self._codec = DemoCodec()
        self._tester = Tester(self._codec)
        self._vehicle = Vehicle()
        self._schedule = Schedule({**self._codec.periods(), **EVENTS}, start=0.0)
        self._requests = {
            self._codec.arbitration_id(REQUEST): self._answer_tester,
            self._codec.arbitration_id("BatteryIdentification"): self._identify_battery,
        }
        self._buses: dict[str, UdpMulticastBus] = {}
        try:
            self._open(bus_options)
        except can.CanError:
            self.shutdown()
            raise

    def _open(self, bus_options: dict[str, Any]) -> None:
        for unit in UNITS:
            buffer = None if unit == READER else UNREAD_BUFFER_BYTES
            self._buses[unit] = UdpMulticastBus(local=True, receive_buffer=buffer, **bus_options)
        self._buses[READER].set_filters(
            [{"can_id": number, "can_mask": 0x7FF, "extended": False} for number in self._requests]
        )

    @property
    def units(self) -> dict[Source, str]:
        """The control unit that sends from each address."""
        return {source: unit for unit, bus in self._buses.items() for source in bus.addresses}

    @property
    def next_time(self) -> float:
        """When the next frame is due, in seconds after the start."""
        return self._schedule.next_time

    def turn(self, now: float) -> None:
        """Answer requests and send the frames that are due at ``now`` seconds after the start."""
        self._vehicle.advance(now)
        while request := self._buses[READER].recv(0):
            self._requests[request.arbitration_id](request)
        for name in self._schedule.take_due(now):
            self._send_due(name)

    def _send_due(self, name: str) -> None:
        if name == "diagnostic request":
            self._buses["Tester"].send(self._tester.next_request())
        elif name == "identification request":
            self._buses["Tester"].send(self._tester.identification_request())
        elif name == "error frame":
            self._buses["Body"].send(can.Message(is_error_frame=True, is_extended_id=False, dlc=0))
        else:
            self._send_message(name)

    def _send_message(self, name: str) -> None:
        self._send(name, self._codec.frame(name, self._vehicle.values(name)))

    def _send(self, name: str, frame: can.Message) -> None:
        self._buses[self._codec.sender(name)].send(frame)

    def _answer_tester(self, request: can.Message) -> None:
        values = answer(self._codec.values(request), self._vehicle.car)
        self._send(RESPONSE, self._codec.frame(RESPONSE, values))

    def _identify_battery(self, request: can.Message) -> None:
        if request.is_remote_frame:
            self._send_message("BatteryIdentification")

    def shutdown(self) -> None:
        """Close all buses."""
        for bus in self._buses.values():
            bus.shutdown()


class Schedule:
    """Names with periods in seconds, which are due periodically from ``start`` on.

    Deadlines are absolute, so that delays do not add up. Half of the names are due SECOND_PHASE after the
    others, so that not all frames are sent at once; more than two phases would only need more wake-ups.
    """

    def __init__(self, periods: Mapping[str, float], start: float) -> None:
        self._periods = dict(periods)
        self._heap = [(start + SECOND_PHASE * (n % 2), name) for n, name in enumerate(self._periods)]
        heapq.heapify(self._heap)

    @property
    def next_time(self) -> float:
        """When the next name is due."""
        return self._heap[0][0]

    def take_due(self, now: float) -> list[str]:
        """The names that are due by ``now``, in order; each only once, also after a pause."""
        due = []
        while self._heap[0][0] <= now:
            time, name = self._heap[0]
            period = self._periods[name]
            missed = int((now - time) / period)
            heapq.heapreplace(self._heap, (time + (missed + 1) * period, name))
            due.append(name)
        return due


class Tester:
    """Requests one value after the other, and sometimes the identification of the battery."""

    def __init__(self, codec: DemoCodec) -> None:
        self._codec = codec
        self._identifiers = itertools.cycle((_ENGINE_SPEED, _VEHICLE_SPEED, _COOLANT))

    def next_request(self) -> can.Message:
        """The next request to the engine."""
        values: Values = {
            "RequestLength": 3,
            "RequestService": _READ_DATA,
            "RequestIdentifier": next(self._identifiers),
        }
        return self._codec.frame(REQUEST, values)

    def identification_request(self) -> can.Message:
        """The remote frame that requests the identification of the battery."""
        return self._codec.request("BatteryIdentification")


def answer(request: Values, car: Car) -> Values:
    """The response of the engine to a request of the tester, as signal values."""
    identifier = int(request["RequestIdentifier"])
    scaled = {_ENGINE_SPEED: car.engine_speed * 4, _VEHICLE_SPEED: car.speed_kmh, _COOLANT: car.coolant + 40}
    known = request["RequestService"] == _READ_DATA and identifier in scaled
    return {
        "ResponseLength": 5 if known else 3,
        "ResponseService": _READ_DATA_RESPONSE if known else _REFUSED,
        "ResponseIdentifier": identifier,
        "ResponseValue": round(scaled[identifier]) if known else 0,
    }


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

    def values(self, frame: can.Message) -> Values:
        """The values in a received frame, as numbers."""
        for message in self._messages.values():
            if message.frame_id == frame.arbitration_id:
                return dict(message.decode(bytes(frame.data), decode_choices=False))  # type: ignore[arg-type]
        return {}


def _limited(value: float, lowest: Any, highest: Any) -> float:
    return min(max(value, float(lowest)), float(highest))
