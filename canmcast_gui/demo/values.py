"""The signal values of each message of the car, by the names in the database of the demonstration."""

from __future__ import annotations

import math
from collections.abc import Callable

from canmcast_gui.demo.car import OBJECTS, OUTSIDE_TEMPERATURE, WHEEL_RADIUS, Car, Traffic

Values = dict[str, float]

_TYRES = ("FrontLeft", "FrontRight", "RearLeft", "RearRight")
_ODOMETER_START = 48213.4  # km


class Vehicle:
    """The car and the traffic around it; provides the values of messages."""

    def __init__(self) -> None:
        self.car = Car()
        self.traffic = Traffic()
        self._counts: dict[str, int] = {}

    def advance(self, until: float) -> None:
        """Simulate until ``until`` seconds after the start."""
        self.car.advance(until)

    def values(self, message: str) -> Values:
        """The present signal values of a message. Raises KeyError if the car does not send it."""
        count = self._counts[message] = self._counts.get(message, -1) + 1
        return MESSAGES[message](self, count)


def wheel_speeds(vehicle: Vehicle, _count: int) -> Values:
    """The outer wheels are faster in a turn."""
    car = vehicle.car
    turn = car.yaw_rate * 0.75 * 3.6
    slip = 1 + 0.004 * max(car.torque, 0.0) / 200
    left, right = max(car.speed_kmh - turn, 0.0), max(car.speed_kmh + turn, 0.0)
    return {
        "WheelSpeedFrontLeft": left * slip,
        "WheelSpeedFrontRight": right * slip,
        "WheelSpeedRearLeft": left,
        "WheelSpeedRearRight": right,
    }


def brake_status(vehicle: Vehicle, count: int) -> Values:
    """The anti-lock system is active in hard braking."""
    car = vehicle.car
    return {
        "BrakePressure": car.brake_pressure,
        "BrakePedalPressed": car.braking,
        "AbsState": 2 if car.acceleration < -6.5 else 1,
        "ParkingBrake": 0,
        "DiscTemperatureFront": car.discs,
        "AliveCounter": count % 16,
    }


def vehicle_motion(vehicle: Vehicle, _count: int) -> Values:
    """Speed, accelerations, yaw rate."""
    car = vehicle.car
    return {
        "VehicleSpeed": car.speed_kmh,
        "LongitudinalAcceleration": car.acceleration,
        "LateralAcceleration": car.yaw_rate * car.speed,
        "YawRate": math.degrees(car.yaw_rate),
    }


def steering_angle(vehicle: Vehicle, count: int) -> Values:
    """Angle and speed of the steering wheel."""
    car = vehicle.car
    return {
        "Angle": car.steering_angle,
        "AngleRate": car.steering_rate,
        "DriverHands": car.speed > 1,
        "AliveCounter": count % 16,
    }


def engine_status(vehicle: Vehicle, count: int) -> Values:
    """The state is overrun while the car drives the engine."""
    car = vehicle.car
    overrun = 4 if car.torque < -5 else 3
    return {
        "EngineSpeed": car.engine_speed,
        "EngineTorque": car.torque,
        "ThrottlePosition": car.throttle,
        "EngineState": 2 if car.speed < 0.1 else overrun,
        "AliveCounter": count % 16,
        "FuelRate": car.fuel_rate,
    }


def driver_inputs(vehicle: Vehicle, _count: int) -> Values:
    """Accelerator pedal and cruise control."""
    return {"AcceleratorPedal": vehicle.car.accelerator, "CruiseControl": 1, "CruiseSetSpeed": 120}


def transmission_status(vehicle: Vehicle, _count: int) -> Values:
    """Gear and output speed."""
    car = vehicle.car
    return {
        "Gear": car.gear,
        "TargetGear": car.target_gear,
        "Shifting": car.shifting,
        "DriveMode": 2 if car.accelerator > 80 else 1,
        "OutputSpeed": car.speed / WHEEL_RADIUS * 60 / (2 * math.pi),
        "TransmissionOilTemperature": 0.9 * car.oil,
    }


def engine_temperatures(vehicle: Vehicle, _count: int) -> Values:
    """Temperatures and other slow values of the engine."""
    car = vehicle.car
    return {
        "CoolantTemperature": car.coolant,
        "OilTemperature": car.oil,
        "IntakeAirTemperature": OUTSIDE_TEMPERATURE + 9.0 - 0.05 * car.speed_kmh,
        "OilPressure": 1.0 + 0.0009 * car.engine_speed,
        "FuelLevel": 62.0 - 2.0 * car.fuel_used,
        "Fan": 1 if car.coolant > 82 and car.speed < 8 else 0,
    }


def body_status(vehicle: Vehicle, _count: int) -> Values:
    """The turn indicator is on in turns."""
    car = vehicle.car
    left, right = car.steering_angle > 20, car.steering_angle < -20
    turning = 1 if left else 2 if right else 0
    return {
        "TurnIndicator": turning,
        "TurnLampLit": bool(turning) and car.time % 0.7 < 0.35,
        "BrakeLights": car.braking,
        "LowBeam": 1,
        "Wiper": 1 if car.time % 60 > 40 else 0,
        "DoorsOpen": 0,
        "CabinTemperature": 21.5 + math.sin(car.time / 20),
        "Brightness": 55 + 25 * math.sin(car.time / 31),
    }


def trip_computer(vehicle: Vehicle, _count: int) -> Values:
    """Distance and consumption since the start."""
    car = vehicle.car
    kilometres = car.distance / 1000
    return {
        "Odometer": _ODOMETER_START + kilometres,
        "TripDistance": kilometres,
        "OutsideTemperature": OUTSIDE_TEMPERATURE,
        "AverageConsumption": 100 * car.fuel_used / kilometres if kilometres > 0.1 else 0.0,
    }


def tyre_status(vehicle: Vehicle, count: int) -> Values:
    """One tyre after the other."""
    car, tyre = vehicle.car, count % 4
    warmth = 24.0 + 0.09 * car.speed_kmh + 1.5 * (tyre < 2)
    return {
        "Tyre": tyre,
        f"Pressure{_TYRES[tyre]}": (2.38, 2.4, 2.5, 2.48)[tyre] + 0.004 * (warmth - 24.0),
        f"Temperature{_TYRES[tyre]}": warmth,
    }


def radar_objects(vehicle: Vehicle, _count: int) -> Values:
    """All seven places of the frame; those without an object are zero."""
    traffic = vehicle.traffic
    traffic.advance(vehicle.car.time, vehicle.car.speed)
    values: Values = {
        "MeasurementCounter": traffic.measurements % 65536,
        "ObjectCount": len(traffic.users),
        "RadarState": 1,
        "TimeToCollision": traffic.seconds_to_collision,
    }
    for number in range(1, OBJECTS + 1):
        values |= dict.fromkeys((f"Object{number}{name}" for name in _OBJECT_SIGNALS), 0)
    for number, user in enumerate(traffic.users, start=1):
        object_values = (user.distance, user.kind, user.speed, user.offset, user.confidence)
        values |= {
            f"Object{number}{name}": value for name, value in zip(_OBJECT_SIGNALS, object_values, strict=True)
        }
    return values


_OBJECT_SIGNALS = ("Distance", "Class", "Speed", "Offset", "Confidence")


def battery_status(vehicle: Vehicle, _count: int) -> Values:
    """Charging or not."""
    car = vehicle.car
    state = 1 if car.current > 1 else 2 if car.current < -1 else 0
    return {
        "BatteryVoltage": car.voltage,
        "BatteryCurrent": car.current,
        "StateOfCharge": car.charge,
        "BatteryTemperature": OUTSIDE_TEMPERATURE + 6.0,
        "ChargeState": state,
    }


def alternator_status(vehicle: Vehicle, _count: int) -> Values:
    """More load where more is drawn."""
    car = vehicle.car
    return {"AlternatorLoad": 30.0 + 1.2 * car.current, "AlternatorVoltage": car.voltage + 0.25}


def battery_identification(_vehicle: Vehicle, _count: int) -> Values:
    """Never changes."""
    return {"SerialNumber": 20260417, "ProductionYear": 2026, "HardwareVersion": 3, "SoftwareVersion": 12}


MESSAGES: dict[str, Callable[[Vehicle, int], Values]] = {
    "WheelSpeeds": wheel_speeds,
    "BrakeStatus": brake_status,
    "VehicleMotion": vehicle_motion,
    "SteeringAngle": steering_angle,
    "EngineStatus": engine_status,
    "DriverInputs": driver_inputs,
    "TransmissionStatus": transmission_status,
    "EngineTemperatures": engine_temperatures,
    "BodyStatus": body_status,
    "TripComputer": trip_computer,
    "TyreStatus": tyre_status,
    "RadarObjects": radar_objects,
    "BatteryStatus": battery_status,
    "AlternatorStatus": alternator_status,
    "BatteryIdentification": battery_identification,
}
