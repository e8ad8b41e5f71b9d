"""The bits of Flag as plain numbers, for those who read and write single lines."""

from canmcast_gui.frames.bits import BRS, ERROR, ESI, EXTENDED, FD, REMOTE, TX

__all__ = ["BRS", "ERROR", "ESI", "EXTENDED", "FD", "REMOTE", "TX"]
