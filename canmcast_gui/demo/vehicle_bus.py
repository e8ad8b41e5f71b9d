"""The demonstration on the wire: control units on buses of their own, a tester beside them."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Mapping
from typing import Any

import can

from canmcast_gui.demo.car import Car
from canmcast_gui.demo.codebook import Codebook
from canmcast_gui.demo.values import Values, Vehicle
from canmcast_gui.transport import UdpMulticastBus

# Control units that share a bus share a source address, as those behind one gateway do.
GATEWAYS = {
    "powertrain": ("Engine", "Transmission", "Battery"),
    "chassis": ("Brakes", "Steering", "Radar"),
    "body": ("Body",),
    "tester": ("Tester",),
}
# Only the powertrain is asked anything; the others do not listen, and their sockets may overflow.
DEAF_BUFFER_BYTES = 4096

# What happens beside the cyclic messages of the database, in seconds.
EVENTS = {"diagnostic request": 0.5, "identification request": 5.0, "error frame": 13.0}


SECOND_PHASE = 0.004
REQUEST, RESPONSE = "DiagnosticRequest", "DiagnosticResponse"
_READ_DATA, _READ_DATA_ANSWER, _REFUSED = 0x22, 0x62, 0x7F
# SAE J1979 parameters under their UDS identifiers.
_ENGINE_SPEED, _VEHICLE_SPEED, _COOLANT = 0xF40C, 0xF40D, 0xF405


class VehicleBus:
    """All buses of the simulated car. Raises can.CanError where a bus cannot be opened or used."""

    def __init__(self, **bus_options: Any) -> None:
        self._codebook = Codebook()
        self._tester = Tester(self._codebook)
        self._vehicle = Vehicle()
        self._timetable = Timetable({**self._codebook.periods(), **EVENTS}, start=0.0)
        self._asked = {
            self._codebook.arbitration_id(REQUEST): self._answer_tester,
            self._codebook.arbitration_id("BatteryIdentification"): self._identify_battery,
        }
        self._buses: dict[str, can.BusABC] = {}
        try:
            self._open(bus_options)
        except can.CanError:
            self.shutdown()
            raise
        self._unit_bus = {unit: self._buses[name] for name, units in GATEWAYS.items() for unit in units}

    def _open(self, bus_options: dict[str, Any]) -> None:
        for name in GATEWAYS:
            buffer = None if name == "powertrain" else DEAF_BUFFER_BYTES
            self._buses[name] = UdpMulticastBus(local=True, receive_buffer=buffer, **bus_options)
        self._buses["powertrain"].set_filters(
            [{"can_id": number, "can_mask": 0x7FF, "extended": False} for number in self._asked]
        )

    @property
    def next_time(self) -> float:
        """When ``turn`` has something to send next, in seconds after the start."""
        return self._timetable.next_time

    def turn(self, now: float) -> None:
        """Answer what was asked and send what is due at ``now`` seconds after the start."""
        self._vehicle.advance(now)
        powertrain = self._buses["powertrain"]
        while request := powertrain.recv(0):
            self._asked[request.arbitration_id](request)
        for name in self._timetable.take_due(now):
            self._send_due(name)

    def _send_due(self, name: str) -> None:
        if name == "diagnostic request":
            self._buses["tester"].send(self._tester.next_request())
        elif name == "identification request":
            self._buses["tester"].send(self._tester.identification_request())
        elif name == "error frame":
            self._buses["body"].send(can.Message(is_error_frame=True, is_extended_id=False, dlc=0))
        else:
            self._send_message(name)

    def _send_message(self, name: str) -> None:
        self._send(name, self._codebook.frame(name, self._vehicle.values(name)))

    def _send(self, name: str, frame: can.Message) -> None:
        self._unit_bus[self._codebook.sender(name)].send(frame)

    def _answer_tester(self, request: can.Message) -> None:
        values = answer(self._codebook.values(request), self._vehicle.car)
        self._send(RESPONSE, self._codebook.frame(RESPONSE, values))

    def _identify_battery(self, request: can.Message) -> None:
        if request.is_remote_frame:
            self._send_message("BatteryIdentification")

    def shutdown(self) -> None:
        """Close all buses."""
        for bus in self._buses.values():
            bus.shutdown()


class Timetable:
    """Names with periods in seconds; each is due again and again from ``start`` on.

    Half of them are due a little after the others, so that not all frames of a moment come at once; more
    phases than two would only wake the process up more often.
    """

    def __init__(self, periods: Mapping[str, float], start: float) -> None:
        self._periods = dict(periods)
        self._heap = [(start + SECOND_PHASE * (n % 2), name) for n, name in enumerate(self._periods)]
        heapq.heapify(self._heap)

    @property
    def next_time(self) -> float:
        """When the next one is due."""
        return self._heap[0][0]

    def take_due(self, now: float) -> list[str]:
        """What is due by ``now``, in order. After a long pause each comes once: what was missed is gone."""
        due = []
        while self._heap[0][0] <= now:
            time, name = self._heap[0]
            period = self._periods[name]
            missed = int((now - time) / period)
            heapq.heapreplace(self._heap, (time + (missed + 1) * period, name))
            due.append(name)
        return due


class Tester:
    """Asks for one value after the other, and now and then for who the battery is."""

    def __init__(self, codebook: Codebook) -> None:
        self._codebook = codebook
        self._identifiers = itertools.cycle((_ENGINE_SPEED, _VEHICLE_SPEED, _COOLANT))

    def next_request(self) -> can.Message:
        """The next request to the engine."""
        values: Values = {
            "RequestLength": 3,
            "RequestService": _READ_DATA,
            "RequestIdentifier": next(self._identifiers),
        }
        return self._codebook.frame(REQUEST, values)

    def identification_request(self) -> can.Message:
        """A remote frame that asks the battery to identify itself."""
        return self._codebook.request("BatteryIdentification")


def answer(request: dict[str, Any], car: Car) -> Values:
    """The engine's answer to a request of the tester, as values of the response."""
    identifier = request["RequestIdentifier"]
    scaled = {_ENGINE_SPEED: car.engine_speed * 4, _VEHICLE_SPEED: car.speed_kmh, _COOLANT: car.coolant + 40}
    known = request["RequestService"] == _READ_DATA and identifier in scaled
    return {
        "ResponseLength": 5 if known else 3,
        "ResponseService": _READ_DATA_ANSWER if known else _REFUSED,
        "ResponseIdentifier": identifier,
        "ResponseValue": round(scaled[identifier]) if known else 0,
    }
