"""A small car, its driver and the traffic around it: pedals, engine, gearbox, motion, temperatures, battery,
radar.

The physics is simple and the numbers are round; the values are as consistent as those of a real car.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

# The course, which repeats: seconds, target speed in km/h, curvature of the road in 1/m.
COURSE = (
    (6.0, 35.0, 0.0),
    (4.0, 30.0, 0.018),
    (9.0, 62.0, 0.0),
    (4.0, 45.0, -0.012),
    (14.0, 118.0, 0.001),
    (9.0, 125.0, -0.002),
    (8.0, 58.0, 0.003),
    (4.0, 40.0, 0.014),
    (7.0, 72.0, -0.006),
    (6.0, 0.0, 0.0),
    (4.0, 0.0, 0.0),
)
COURSE_SECONDS = sum(seconds for seconds, _, _ in COURSE)
STEP = 0.01

MASS = 1350.0
WHEEL_RADIUS = 0.31
FINAL_DRIVE = 3.9
RATIOS = (0.0, 3.6, 2.1, 1.45, 1.1, 0.88, 0.72)
IDLE_SPEED = 820.0
SHIFT_SECONDS = 0.35
WHEELBASE = 2.6
STEERING_RATIO = 15.0
OUTSIDE_TEMPERATURE = 17.5

# The objects of the radar.
OBJECTS = 7
RANGE = 180.0  # m
NO_COLLISION = 600.0  # s
# Class number in the database, and own speed in m/s.
_KINDS = ((1, 19.0), (1, 15.0), (2, 14.0), (1, 24.0), (3, 17.0), (4, 5.5), (5, 1.3))


class Car:
    """The state of the car, which ``advance`` updates. Public attributes have the units of their signals."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        self.time = 0.0
        self.speed = 0.0  # m/s
        self.acceleration = 0.0  # m/s²
        self.accelerator = 0.0  # %
        self.throttle = 0.0  # %
        self.brake_pressure = 0.0  # bar
        self.engine_speed = IDLE_SPEED  # rpm
        self.torque = 0.0  # Nm
        self.gear = 1
        self.target_gear = 1
        self.steering_angle = 0.0  # ° at the steering wheel
        self.steering_rate = 0.0  # °/s
        self.distance = 0.0  # m
        self.fuel_used = 0.0  # l
        self.coolant = 54.0  # °C
        self.oil = 48.0
        self.discs = 60.0
        self.charge = 81.0  # %
        self.current = 0.0  # A
        self._shift_left = 0.0

    @property
    def speed_kmh(self) -> float:
        """Speed in km/h."""
        return self.speed * 3.6

    @property
    def shifting(self) -> bool:
        """Whether the gearbox is between two gears."""
        return self._shift_left > 0

    @property
    def yaw_rate(self) -> float:
        """In rad/s, positive to the left."""
        return self.speed * math.tan(math.radians(self.steering_angle) / STEERING_RATIO) / WHEELBASE

    @property
    def braking(self) -> bool:
        """Whether the brake pedal is pressed."""
        return self.brake_pressure > 0.5

    @property
    def fuel_rate(self) -> float:
        """In liters per hour; 0 in overrun."""
        if self.accelerator < 1 and self.engine_speed > 1300:
            return 0.0
        return 0.7 + max(self.torque, 0.0) * self.engine_speed * 2.6e-5

    @property
    def voltage(self) -> float:
        """Of the battery, in volts."""
        return 12.4 + 0.012 * self.charge + 0.02 * self.current

    def advance(self, until: float) -> None:
        """Simulate until ``until`` seconds after the start, in steps of 10 ms."""
        while self.time + STEP <= until:
            self.time += STEP
            self._step()

    def _step(self) -> None:
        wanted, curvature = _course_at(self.time)
        self._drive(wanted)
        self._shift()
        self._move()
        self._steer(curvature)
        self._warm()

    def _drive(self, wanted_kmh: float) -> None:
        """The pedals follow the target speed with delay and deviation."""
        error = wanted_kmh - self.speed_kmh
        sway = 2.0 * math.sin(0.7 * self.time) + self._random.gauss(0.0, 0.3)
        holding = 4.0 + 0.0011 * self.speed_kmh**2 if wanted_kmh > 1 else 0.0
        pedal = min(max(3.4 * error + holding + sway, 0.0), 88.0) if error > -4 and wanted_kmh > 1 else 0.0
        brake = min(max(-2.0 * error - 6.0, 0.0), 62.0) if wanted_kmh > 1 else min(8.0 + self.speed_kmh, 46.0)
        self.accelerator = _follow(self.accelerator, pedal, 0.25)
        self.brake_pressure = _follow(self.brake_pressure, brake if pedal <= 0 else 0.0, 0.18)
        self.throttle = _follow(self.throttle, 6.0 + 0.92 * self.accelerator, 0.08)

    def _shift(self) -> None:
        if self._shift_left > 0:
            self._shift_left -= STEP
            if self._shift_left <= 0:
                self.gear = self.target_gear
            return
        if self.engine_speed > 2300 + 26 * self.accelerator and self.gear < 6:
            self.target_gear = self.gear + 1
        elif self.engine_speed < 1250 + 12 * self.accelerator and self.gear > 1:
            self.target_gear = self.gear - 1
        if self.target_gear != self.gear:
            self._shift_left = SHIFT_SECONDS

    def _move(self) -> None:
        ratio = RATIOS[self.target_gear if self._shift_left < SHIFT_SECONDS / 2 else self.gear] * FINAL_DRIVE
        wheels = self.speed / WHEEL_RADIUS * 60 / (2 * math.pi) * ratio
        stall = IDLE_SPEED + 11.0 * self.accelerator  # the torque converter slips at low speed
        self.engine_speed = _follow(self.engine_speed, max(wheels, stall), 0.12)
        self.engine_speed += self._random.gauss(0.0, 1.5)
        available = 210.0 - ((self.engine_speed - 3400) / 260) ** 2
        overrun = -34.0 if wheels > 1200 else 0.0
        wanted = available * self.accelerator / 100 if self.accelerator > 1 else overrun
        self.torque = _follow(self.torque, 0.15 * wanted if self.shifting else wanted, 0.06)
        force = self.torque * ratio * 0.9 / WHEEL_RADIUS
        force -= 160.0 * self.brake_pressure * (self.speed > 0) + 0.42 * self.speed**2
        force -= 150.0 * (self.speed > 0.05)
        before = self.speed
        self.speed = max(self.speed + force / MASS * STEP, 0.0)
        self.acceleration = _follow(self.acceleration, (self.speed - before) / STEP, 0.08)
        self.distance += self.speed * STEP

    def _steer(self, curvature: float) -> None:
        wanted = math.degrees(math.atan(curvature * WHEELBASE)) * STEERING_RATIO
        wander = (1.6 * math.sin(1.3 * self.time) + 0.9 * math.sin(3.1 * self.time)) * (self.speed > 1)
        before = self.steering_angle
        self.steering_angle = _follow(self.steering_angle, wanted + wander, 0.5)
        self.steering_rate = (self.steering_angle - before) / STEP

    def _warm(self) -> None:
        self.fuel_used += self.fuel_rate / 3600 * STEP
        heat = 82.0 + 0.06 * max(self.torque, 0.0)
        self.coolant = _follow(self.coolant, heat, 90.0)
        self.oil = _follow(self.oil, self.coolant + 0.004 * self.engine_speed, 120.0)
        braked = OUTSIDE_TEMPERATURE + 20 + 9.0 * self.brake_pressure * min(self.speed / 10, 1.5)
        self.discs = _follow(self.discs, braked, 12.0)
        load = 18.0 + 9.0 * self.braking
        alternator = min(0.02 * self.engine_speed, 75.0) * (1.25 - self.charge / 100)
        self.current = _follow(self.current, alternator - load, 0.4)
        self.charge = min(max(self.charge + self.current * STEP / 1800, 40.0), 98.0)


def _course_at(time: float) -> tuple[float, float]:
    """Target speed and curvature at a time of the course."""
    left = time % COURSE_SECONDS
    for seconds, speed, curvature in COURSE:
        if left < seconds:
            return speed, curvature
        left -= seconds
    return COURSE[-1][1:]


def _follow(value: float, target: float, seconds: float) -> float:
    """``value`` after one step towards ``target``, with a time constant in seconds."""
    return value + (target - value) * STEP / (seconds + STEP)


@dataclass
class RoadUser:
    """One object; ``distance`` ahead and ``offset`` to the left in m, ``speed`` relative in m/s."""

    kind: int
    own_speed: float
    distance: float
    offset: float
    speed: float = 0.0
    confidence: float = 70.0


class Traffic:
    """Up to seven objects ahead, the nearest first."""

    def __init__(self, seed: int = 2) -> None:
        self._random = random.Random(seed)
        self._users = [self._arrive(20.0 + 22.0 * n) for n in range(OBJECTS - 2)]
        self.time = 0.0
        self.measurements = 0

    def advance(self, until: float, speed: float) -> None:
        """Measure at ``until`` seconds after the start; the speed of the car is ``speed`` m/s."""
        seconds, self.time = until - self.time, until
        self.measurements += 1
        for user in self._users:
            user.speed = user.own_speed - speed
            user.distance += user.speed * seconds
            user.offset += self._random.gauss(0.0, 0.03)
            user.confidence = min(max(user.confidence + self._random.gauss(0.15, 1.0), 35.0), 99.0)
        self._users = [user for user in self._users if 1.5 < user.distance < RANGE]
        if len(self._users) < OBJECTS and self._random.random() < seconds / 2:
            ahead = speed > 12.0
            self._users.append(self._arrive(RANGE - 1 if ahead else self._random.uniform(15.0, 60.0)))
        self._users.sort(key=lambda user: user.distance)

    @property
    def users(self) -> tuple[RoadUser, ...]:
        """The visible objects, the nearest first."""
        return tuple(self._users)

    @property
    def seconds_to_collision(self) -> float:
        """Until the first object in the lane of the car is reached, at the present speeds."""
        in_lane = [user for user in self._users if user.speed < -0.5 and abs(user.offset) < 1.5]
        return min([NO_COLLISION, *(user.distance / -user.speed for user in in_lane)])

    def _arrive(self, distance: float) -> RoadUser:
        kind, own_speed = self._random.choice(_KINDS)
        lane = self._random.choice((-3.5, 0.0, 3.5)) if kind < 4 else 5.0
        return RoadUser(kind, own_speed * self._random.uniform(0.8, 1.2), distance, lane)
