"""Databases (DBC, KCD, SYM, ARXML): names for ids, and columns of signal values. Importing it is cheap."""

from canmcast_gui.database.conflicts import Conflict
from canmcast_gui.database.database import Database
from canmcast_gui.database.database_set import DatabaseSet
from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.load import load_database
from canmcast_gui.database.model import Message, Node, Signal, SignalValue
from canmcast_gui.database.notes import Note
from canmcast_gui.database.scope import Scope

__all__ = [
    "Conflict",
    "Database",
    "DatabaseError",
    "DatabaseSet",
    "Message",
    "Node",
    "Note",
    "Scope",
    "Signal",
    "SignalValue",
    "load_database",
]
