"""SYM files of PEAK's symbol editor: repair the text in front of cantools' parser.

``repair_sym`` rewrites a file as version 6.0, the only one that cantools reads, and gives the lines of its
messages and signals. cantools 45.1 also refuses a file for each of these, which are repaired or left out:

- symbols without a section, a first line that the symbol editor did not write (``repair``)
- an unknown key, an enumeration or a signal that is not defined, a standard id of more than 11 bits, an id
  with 0x, a comment after a length (``symbols``)
- hexadecimal limits (``fields``)

May import modules of ``database`` and ``frames``.
"""

from canmcast_gui.database.sym.repair import repair_sym

__all__ = ["repair_sym"]
