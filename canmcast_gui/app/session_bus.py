"""The side of the session that is its bus: going on it, leaving it, and sending."""

from __future__ import annotations

from canmcast_gui.app.bus.control import BusControl
from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import Job, Transmitter
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings


class BusSide:
    """What views may ask of the bus, and want of it. ``_bus`` is made by the session."""

    _bus: BusControl

    @property
    def capture(self) -> Capture | None:
        """The capture process's client while a bus is open."""
        return self._bus.capture

    @property
    def transmitter(self) -> Transmitter | None:
        """The transmit process's client while a bus is open."""
        return self._bus.transmitter

    @property
    def bus_settings(self) -> BusSettings | None:
        """The settings of the open bus, or of the last one; None before the first."""
        return self._bus.settings

    @property
    def bus_label(self) -> str:
        """The bus in two or three words; empty before the first."""
        return self._bus.label

    @property
    def bus_problem(self) -> str | None:
        """Why nothing can arrive from the bus now, as a clause; None where all is well, or without a bus."""
        return self._bus.problem

    @property
    def is_demo(self) -> bool:
        """Whether the demonstration is running."""
        return self._bus.is_demo

    @property
    def is_demo_bus(self) -> bool:
        """Whether the open bus, or the last one, is that of the demonstration."""
        return self._bus.is_demo_bus

    # -- the bus -----------------------------------------------------------------------------------------

    def connect_bus(self, settings: BusSettings) -> None:
        """Go on the bus, beside the window; ``state_changed`` says that it is up, ``message`` why not.

        Frames from a bus go on where those of the last one ended; after a file they begin anew.
        """
        self._bus.open(settings)

    def disconnect_bus(self) -> None:
        """Leave the bus, keeping what was received."""
        self._bus.close()

    def send(self, batch: FrameBatch) -> bool:
        """Send frames once, now, in order; False, with a message, where that is impossible."""
        return self._bus.send(batch)

    def arm(self, job: Job) -> bool:
        """Begin a job, or change one that is armed. False as ``send``."""
        return self._bus.arm(job)

    def disarm(self, job_id: int) -> None:
        """End one periodic job."""
        self._bus.disarm(job_id)

    def stop_all(self) -> None:
        """End all that is being sent, and drop what waits to leave."""
        self._bus.stop_all()
