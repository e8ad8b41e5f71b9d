"""What can go wrong in sending, as a sentence that says what to do."""


class TransmitError(Exception):
    """Frames cannot be sent; the text says what was wrong, where, and what to do."""
