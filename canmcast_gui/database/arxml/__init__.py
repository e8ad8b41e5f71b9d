"""ARXML files as they are found: what is clear in them is mended, what is missing is left out and said."""

from canmcast_gui.database.arxml.isolate import parse_what_can_be
from canmcast_gui.database.arxml.mend import mend_arxml, restore_names

__all__ = ["mend_arxml", "parse_what_can_be", "restore_names"]
