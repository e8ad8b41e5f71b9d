"""What can go wrong on the way to the wire, each as a sentence that says what to do."""

from canmcast_gui.frames.errors import UserError


class BusError(UserError):
    """The bus cannot be opened or used; the text says what was wrong, where, and what to do."""


class FrameError(BusError, ValueError):
    """A frame that is no valid CAN frame and was therefore not sent."""
