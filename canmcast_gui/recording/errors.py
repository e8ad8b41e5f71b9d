"""What can go wrong with a recording, each with a sentence for the user."""


class RecordingError(Exception):
    """A recording cannot be made, opened or continued; the message says why and what to do."""


class RowsGoneError(RecordingError, IndexError):
    """The rows were evicted, or the recording that held them is closed."""
