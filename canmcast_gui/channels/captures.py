"""Start the capture processes of several channels."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.errors import BusError

Captures = tuple[ProcessCapture, ...]


def open_captures(channels: Sequence[ChannelSettings]) -> Captures:
    """Start a capture process for each channel. Raises BusError, and then leaves nothing running.

    Of several channels one that cannot be opened now is tried again later, and does not keep the others
    closed; only if none of them can be opened is that an error.
    """
    if len(channels) == 1:
        return (kind_of(channels[0]).open_capture(channels[0]),)
    with ThreadPoolExecutor(len(channels)) as pool:  # a driver may take seconds to open
        futures = [pool.submit(kind_of(each).open_capture, each, patient=True) for each in channels]
    captures = tuple(future.result() for future in futures if future.exception() is None)
    error = next((error for future in futures if (error := future.exception()) is not None), None)
    reasons = [capture.problem or "" for capture in captures if not capture.is_running]
    if error is None and len(reasons) < len(captures):
        return captures
    for capture in captures:
        capture.shutdown()
    raise error or BusError(f"no channel can be opened: {'; '.join(reasons)}")
