"""SYM files of PEAK's symbol editor: rewrite them to version 6.0, which cantools parses.

``repair_sym`` gives the text and the lines of its messages and signals. May import modules of ``database``
and ``frames``.
"""

from canmcast_gui.database.sym.repair import repair_sym

__all__ = ["repair_sym"]
