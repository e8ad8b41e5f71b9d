"""The bits of Flag as plain numbers, for code where operations on an enumeration take too much time."""

from canmcast_gui.frames.layout import Flag

EXTENDED = int(Flag.EXTENDED)
REMOTE = int(Flag.REMOTE)
ERROR = int(Flag.ERROR)
FD = int(Flag.FD)
BRS = int(Flag.BRS)
ESI = int(Flag.ESI)
TX = int(Flag.TX)
