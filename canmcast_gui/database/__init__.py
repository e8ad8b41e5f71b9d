"""Databases (DBC, KCD, SYM, ARXML): names for ids, and columns of signal values. Importing it is cheap."""

from canmcast_gui.database.database import Database
from canmcast_gui.database.database_set import DatabaseSet
from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.load import load_database
from canmcast_gui.database.model import Message, Signal, SignalValue

__all__ = [
    "Database",
    "DatabaseError",
    "DatabaseSet",
    "Message",
    "Signal",
    "SignalValue",
    "load_database",
]
