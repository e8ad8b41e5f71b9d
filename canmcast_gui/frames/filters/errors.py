"""What is wrong with a filter, and where."""

from canmcast_gui.frames.errors import UserError


class FilterError(UserError, ValueError):
    """A filter that cannot be understood.

    ``message`` says what was expected; ``position`` is the character, from 0, at which it was.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position
