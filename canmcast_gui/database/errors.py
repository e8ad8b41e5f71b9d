"""What goes wrong with databases, said in a sentence."""

from canmcast_gui.frames.errors import UserError


class DatabaseError(UserError):
    """A file that is no database, a name that a database does not have, or values that it cannot encode."""


class UnreadableError(Exception):
    """Why a text cannot be read as its kind; the text continues after "FILE cannot be read as KIND:"."""


class TableError(UserError):
    """A table of signal values that cannot be written; the text says why and what to do."""
