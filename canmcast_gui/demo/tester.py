"""A workshop's tester at the diagnostic connector, and how the engine answers it (UDS, ISO 14229-1)."""

from __future__ import annotations

import itertools
from typing import Any

import can

from canmcast_gui.demo.car import Car
from canmcast_gui.demo.codebook import Codebook
from canmcast_gui.demo.values import Values

REQUEST, RESPONSE = "DiagnosticRequest", "DiagnosticResponse"

_READ_DATA, _READ_DATA_ANSWER, _REFUSED = 0x22, 0x62, 0x7F
# SAE J1979 parameters under their UDS identifiers.
_ENGINE_SPEED, _VEHICLE_SPEED, _COOLANT = 0xF40C, 0xF40D, 0xF405


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
