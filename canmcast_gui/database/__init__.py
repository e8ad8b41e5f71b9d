"""Databases (DBC, KCD, SYM, ARXML): names for arbitration ids, and signals as columns of values.

``load_database`` gives a ``Database``, a ``DatabaseSet`` holds several and decides by ``Scope`` which one
applies; ``Message``, ``Signal`` and ``SignalValue`` are what they hold, ``Problem`` is a problem of a file,
``DatabaseError`` says why one cannot be loaded. Importing the package is cheap: cantools is loaded with the
first file. May import ``frames`` only.
"""

from canmcast_gui.database.database import Database
from canmcast_gui.database.database_set import DatabaseSet
from canmcast_gui.database.load import load_database
from canmcast_gui.database.model import Message, Node, Signal, SignalValue
from canmcast_gui.database.problems import DatabaseError, Problem
from canmcast_gui.database.scope import Conflict, Scope

__all__ = [
    "Conflict",
    "Database",
    "DatabaseError",
    "DatabaseSet",
    "Message",
    "Node",
    "Problem",
    "Scope",
    "Signal",
    "SignalValue",
    "load_database",
]
