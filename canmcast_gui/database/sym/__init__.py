"""SYM files of PEAK's symbol editor: rewrite them to version 6.0, which cantools parses.

``mend_sym`` gives the text and the lines of its messages and signals. May import modules of ``database`` and
``frames``.
"""

from canmcast_gui.database.sym.repair import mend_sym

__all__ = ["mend_sym"]
