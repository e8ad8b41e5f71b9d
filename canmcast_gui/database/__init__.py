"""Databases (DBC, KCD, SYM, ARXML): names for arbitration ids, and signals as columns of values.

``load_database`` returns a ``Database`` of ``Message`` and ``Signal`` values, with a ``Problem`` for
everything in the file that was repaired, left out or is doubtful, or raises ``DatabaseError``. A
``DatabaseSet`` has several databases; each has a ``Scope``, and several that describe an id differently are a
``Conflict``.

``load`` decodes the text, ``formats`` recognizes the format, ``dbc``, ``sym``, ``kcd`` and ``arxml`` repair
it in front of cantools' parser (``parse``), ``from_cantools`` converts the result, and ``decoding`` decodes
frames with it. Importing the package is cheap: cantools is imported with the first file. May import
``frames`` only.
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
