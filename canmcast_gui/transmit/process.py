"""The process that sends on time: ``python -m canmcast_gui.transmit.process``, the other half of client.py.

One process, one heap of due times, one sender. The sender is made by a factory whose name stands on the
command line ("module:function", called with settings from JSON), so that this room knows no transport. The
process ends, and sending with it, when its parent goes away.
"""

from __future__ import annotations

import gc
import json
from contextlib import suppress
from pathlib import Path

from canmcast_gui.processes.parent import ParentLink, prefer_this_process, run_for_parent
from canmcast_gui.transmit.event_sender import address_rows
from canmcast_gui.transmit.listener import Listener
from canmcast_gui.transmit.loop import TransmitLoop
from canmcast_gui.transmit.sender import Sender, make


def transmit(link: ParentLink) -> int:
    """Make the sender that the command line names, and work."""
    factory, settings, receiver_factory = link.arguments
    try:
        sender: Sender = make(factory, json.loads(settings))
    except Exception as error:  # noqa: BLE001 - whatever a factory raises, it is the reason for the user
        link.report_failure(str(error))
        return 1
    prefer_this_process()
    _wake_exactly()
    listener = Listener(receiver_factory or None, json.loads(settings), sender.addresses)
    loop = TransmitLoop(link, sender, listener)
    link.report_ready(address_rows(sender.addresses))
    listener.prepare()
    gc.collect()
    gc.freeze()
    loop.run()
    return 0


def _wake_exactly() -> None:
    """Linux gathers wake-ups within 50 µs to save power, unless a process asks otherwise; see proc(5)."""
    with suppress(OSError):
        Path("/proc/self/timerslack_ns").write_text("1")


if __name__ == "__main__":
    run_for_parent(transmit)
