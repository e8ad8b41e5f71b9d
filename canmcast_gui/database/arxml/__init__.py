"""ARXML files as they are found: what is clear in them is repaired, what is missing is left out and said."""

from canmcast_gui.database.arxml.isolate import parse_what_can_be
from canmcast_gui.database.arxml.repair import repair_arxml, restore_names

__all__ = ["parse_what_can_be", "repair_arxml", "restore_names"]
