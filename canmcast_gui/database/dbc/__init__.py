"""DBC files: repair the text in front of cantools' parser, and report each change with its line.

Why there is a second grammar: cantools accepts a file completely or not at all, and files of other tools have
statements that it does not accept. It refuses 4 of the 75 public DBC files that the tests use; with the
repair all are read. cantools stays the parser: ``repair_dbc`` gives a ``RepairedDbc`` with the text for it.

cantools 45.1 refuses a file for each of these. The module in parentheses repairs them, or leaves them out:

- text that is not a statement, or a statement that cantools does not know (``repair``)
- names with a space, with other characters than ASCII letters and digits, or with a digit first
  (``statements``: substitutes, until cantools is done)
- a standard id of more than 11 bits, an extended id of more than 29 bits, a hexadecimal id, a message
  without a sender (``messages``)
- a decimal comma, a missing sign or unit, other separators between receivers, limits such as NaN
  (``messages``)
- commas between the names of nodes (``repair``)
- a comment with a missing quote or semicolon, or with quotes inside (``attributes``)
- an attribute without a definition, a text as the value of a number, the text of a choice as the value of
  an enumeration (``attributes``)
- a value table or a number type for a signal that is not in the file, hexadecimal values, a value table
  without its semicolon, spaces between senders (``references``)

It accepts, but needs 84 s for ``SG_MUL_VAL_`` with one range of 3,000,000 values: ``references`` limits
ranges to the bits of the multiplexer, and the number of combinations. It ignores comments, attributes and
multiplexing of signals that are not in the file, which are reported here.

May import modules of ``database`` and ``frames``.
"""

from canmcast_gui.database.dbc.repair import RepairedDbc, repair_dbc

__all__ = ["RepairedDbc", "repair_dbc"]
