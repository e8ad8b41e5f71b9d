"""SYM files of PEAK's symbol editor as they are found, in the words of version 6.0."""

from canmcast_gui.database.sym.mend import mend_sym

__all__ = ["mend_sym"]
