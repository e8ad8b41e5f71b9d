"""An adapter at a serial line that speaks slcan, at one end of a pseudo-terminal.

The protocol is that of the CAN232 manual (Lawicel); the commands for CAN FD are those of the CANable 2.0
firmware. It answers nothing: python-can's driver does not read answers.
"""

from __future__ import annotations

import os
import threading
import tty
from pathlib import Path


class SlcanAdapter:
    """``path`` is the name of its port, which stays the same when it is plugged in again.

    ``lines`` are the commands and frames that it was sent since it was plugged in.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[str] = []
        self.plug_in()

    def plug_in(self) -> None:
        """Make the port exist."""
        self.lines.clear()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(os.ttyname(self._slave))
        self._reader = threading.Thread(target=self._read, args=(self._master,), daemon=True)
        self._reader.start()

    def _read(self, master: int) -> None:
        pending = b""
        while b"unplug\r" not in pending:
            *lines, pending = (pending + os.read(master, 4096)).split(b"\r")
            for line in lines:
                if line == b"unplug":
                    return
                self.lines.append(line.decode())

    def say(self, *lines: bytes) -> None:
        """Send lines, each with its end."""
        os.write(self._master, b"".join(line + b"\r" for line in lines))

    def unplug(self) -> None:
        """Make the port disappear."""
        os.write(self._slave, b"unplug\r")
        self._reader.join()
        os.close(self._slave)
        os.close(self._master)
        self.path.unlink()
