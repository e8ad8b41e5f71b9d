"""What can go wrong in sending, as a sentence that says what to do."""

from canmcast_gui.frames.errors import UserError


class TransmitError(UserError):
    """Frames cannot be sent; the text says what was wrong, where, and what to do."""
