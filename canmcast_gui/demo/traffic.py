"""The objects of the radar: other road users that come closer, fall back, and are replaced by new ones."""

from __future__ import annotations

import random
from dataclasses import dataclass

OBJECTS = 7
RANGE = 180.0  # m
NO_COLLISION = 600.0  # s

# class as the database numbers it, own speed in m/s
_KINDS = ((1, 19.0), (1, 15.0), (2, 14.0), (1, 24.0), (3, 17.0), (4, 5.5), (5, 1.3))


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
