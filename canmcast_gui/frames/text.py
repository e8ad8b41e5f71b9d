"""Frames as text, one cell at a time: ids, payloads, type letters, DLC. For the cells on the screen only."""

from canmcast_gui.frames.layout import Flag

# What stands in place of a message's name, which error frames do not have.
ERROR_FRAME = "Error frame"


def id_text(arbitration_id: int, extended: bool, decimal: bool = False) -> str:
    """An arbitration id: upper-case hex with 3 or 8 digits, or decimal."""
    if decimal:
        return str(arbitration_id)
    return f"{arbitration_id:08X}" if extended else f"{arbitration_id:03X}"


def frame_id_text(arbitration_id: int, flags: int, decimal: bool = False) -> str:
    """The id of a frame with these flags; "" for an error frame without one."""
    if flags & Flag.ERROR and not arbitration_id:
        return ""
    return id_text(arbitration_id, bool(flags & Flag.EXTENDED), decimal)


def data_text(payload: bytes, decimal: bool = False) -> str:
    """A payload as upper-case hex pairs, or decimal numbers of three places, a space between."""
    if decimal:
        return " ".join(f"{byte:3d}" for byte in payload)
    return payload.hex(" ").upper()


def type_text(flags: int) -> str:
    """The type letters: S or X, then R, E, FD, BRS, ESI."""
    letters = ["X" if flags & Flag.EXTENDED else "S"]
    letters += [name for name, flag in _TYPE_LETTERS if flags & flag]
    return " ".join(letters)


_TYPE_LETTERS = (
    ("R", Flag.REMOTE),
    ("E", Flag.ERROR),
    ("FD", Flag.FD),
    ("BRS", Flag.BRS),
    ("ESI", Flag.ESI),
)


def dlc_text(dlc: int, length: int, flags: int) -> str:
    """The DLC code in decimal, with the length beside it for CAN FD, where the two can differ."""
    return f"{dlc} ({length})" if flags & Flag.FD else str(dlc)


def direction_text(flags: int) -> str:
    """Tx for frames that this program sent, else Rx."""
    return "Tx" if flags & Flag.TX else "Rx"
