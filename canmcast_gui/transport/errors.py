"""Errors of the bus. Each text says what is wrong, where, and what to do."""

from canmcast_gui.frames.errors import UserError


class BusError(UserError):
    """The bus cannot be opened or used."""


class FrameError(BusError, ValueError):
    """A frame that is not a valid CAN frame and was therefore not sent."""
