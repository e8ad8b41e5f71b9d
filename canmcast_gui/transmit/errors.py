"""The error of this package."""

from canmcast_gui.frames.errors import UserError


class TransmitError(UserError):
    """Frames cannot be sent; the text says what was wrong, where, and what to do."""
