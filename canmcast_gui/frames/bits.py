"""The bits of Flag as plain numbers: an operation on an enumeration costs as much as the rest of a line."""

from canmcast_gui.frames.layout import Flag

EXTENDED = int(Flag.EXTENDED)
REMOTE = int(Flag.REMOTE)
ERROR = int(Flag.ERROR)
FD = int(Flag.FD)
BRS = int(Flag.BRS)
ESI = int(Flag.ESI)
TX = int(Flag.TX)
