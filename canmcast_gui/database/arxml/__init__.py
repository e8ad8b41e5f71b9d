"""ARXML files: repair what is clear, leave out what is incomplete, and report both.

cantools refuses a whole file for one incomplete element, and real files have such elements. ``repair_arxml``
changes the tree in front of its parser, ``parse_readable_frames`` isolates elements that still fail, and
``restore_names`` undoes names that were made valid. May import modules of ``database`` and ``frames``.
"""

from canmcast_gui.database.arxml.isolate import parse_readable_frames
from canmcast_gui.database.arxml.repair import repair_arxml, restore_names

__all__ = ["parse_readable_frames", "repair_arxml", "restore_names"]
