"""DBC files as they are found: their statements by line, and what is wrong with them mended."""

from canmcast_gui.database.dbc.mend import MendedDbc, mend_dbc

__all__ = ["MendedDbc", "mend_dbc"]
