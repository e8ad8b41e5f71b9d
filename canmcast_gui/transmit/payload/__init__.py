"""Payloads that change from frame to frame: the generators of values, counters and checksums.

``AnyGenerator`` is the registry: a new generator is a subclass of ``PayloadGenerator`` and one more entry
here, so that jobs and sequences can carry it to the transmit process. ``ScaledField`` are the bits that it
writes.
"""

from canmcast_gui.transmit.payload.generator import PayloadGenerator, ScaledField
from canmcast_gui.transmit.payload.protection import Checksum, E2EProfile1, E2EProfile2, E2EProfile5
from canmcast_gui.transmit.payload.values import (
    Counter,
    Ramp,
    RandomValue,
    Sine,
    StepWave,
    Triangle,
    ValueList,
)

AnyGenerator = (
    Counter
    | Sine
    | Ramp
    | Triangle
    | StepWave
    | RandomValue
    | ValueList
    | Checksum
    | E2EProfile1
    | E2EProfile2
    | E2EProfile5
)

__all__ = [
    "AnyGenerator",
    "Checksum",
    "Counter",
    "E2EProfile1",
    "E2EProfile2",
    "E2EProfile5",
    "PayloadGenerator",
    "Ramp",
    "RandomValue",
    "ScaledField",
    "Sine",
    "StepWave",
    "Triangle",
    "ValueList",
]
