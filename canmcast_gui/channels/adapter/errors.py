"""What error frames of SocketCAN say about the controller (linux/can/error.h)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import can

_CONTROLLER, _BUS_OFF, _RESTARTED, _COUNTERS = 0x04, 0x40, 0x100, 0x200
_RX_OVERFLOW = 0x01
_WARNING, _PASSIVE, _ACTIVE = 0x0C, 0x30, 0x40


@dataclass(frozen=True)
class ControllerState:
    """The state of a CAN controller in the words of ISO 11898-1, its error counters, and lost frames.

    ``state`` is "" where the driver reports none; the counters are None then. ``overruns`` counts reports of
    a full receive buffer in the controller, each of which means one or more lost frames.
    """

    state: str = ""
    transmit_errors: int | None = None
    receive_errors: int | None = None
    overruns: int = 0

    def after(self, classes: int, details: bytes) -> ControllerState:
        """The state after an error frame: its id is a set of classes, its data are the details."""
        data = details.ljust(8, b"\0")
        state = self
        if classes & _CONTROLLER:
            state = replace(state, overruns=self.overruns + (data[1] & _RX_OVERFLOW))
            state = replace(state, state=_controller_state(data[1]) or state.state)
        if classes & _BUS_OFF:
            state = replace(state, state="bus off")
        elif classes & _RESTARTED:
            state = replace(state, state="error active")
        if classes & _COUNTERS:
            state = replace(state, transmit_errors=data[6], receive_errors=data[7])
        return state

    @property
    def text(self) -> str:
        """The state as a clause; "" where nothing is known."""
        if self.transmit_errors is None:
            return self.state
        counters = f"error counters {self.transmit_errors} (send), {self.receive_errors} (receive)"
        return f"{self.state or 'error active'}, {counters}"

    def with_bus(self, bus: can.BusABC) -> ControllerState:
        """The state with what the driver says of itself, where no error frame has told more."""
        if type(bus).state is can.BusABC.state:  # which is always ACTIVE
            return self
        try:
            state = bus.state
        except Exception:  # noqa: BLE001 – drivers raise anything
            return self
        names = {can.BusState.ACTIVE: "error active", can.BusState.PASSIVE: "error passive"}
        return replace(self, state=names.get(state, "bus off"))


def _controller_state(flags: int) -> str:
    if flags & _PASSIVE:
        return "error passive"
    if flags & _WARNING:
        return "error warning"
    return "error active" if flags & _ACTIVE else ""
