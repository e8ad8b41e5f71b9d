"""DBC files: repair the text in front of cantools' parser, and report what was changed or left out.

cantools refuses a whole file for one statement that its grammar does not know, and many files of other tools
have such statements. ``repair_dbc`` gives a ``RepairedDbc``: the text of the statements that can be parsed,
with their lines for messages to the user. cantools stays the parser. May import modules of ``database`` and
``frames``.
"""

from canmcast_gui.database.dbc.repair import RepairedDbc, repair_dbc

__all__ = ["RepairedDbc", "repair_dbc"]
