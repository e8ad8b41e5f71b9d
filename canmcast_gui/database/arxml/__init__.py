"""ARXML files: repair the tree in front of cantools' parser, and report each change with its line and path.

cantools 45.1 refuses a whole file for one incomplete element, often with an error of Python ("'NoneType'
object has no attribute 'text'"), and real files have such elements:

- a frame without IDENTIFIER, FRAME-LENGTH or CAN-FRAME, an id of more bits than its format (``frames``)
- a signal without START-POSITION, a scale that is not a number (``signals``)
- a reference to an element that is missing or of another kind, elements with the same path (``paths``)
- a second element where the format allows one (``repair``)
- the configuration of a control unit that is incomplete (``ecu_extract``)

``repair_arxml`` changes the tree. ``parse_readable_frames`` finds the frames that cantools still refuses and
leaves them out. ``restore_names`` restores names that were changed. May import modules of ``database`` and
``frames``.
"""

from canmcast_gui.database.arxml.readable_frames import parse_readable_frames
from canmcast_gui.database.arxml.repair import repair_arxml, restore_names

__all__ = ["parse_readable_frames", "repair_arxml", "restore_names"]
