"""A plug-in of python-can whose driver does what drivers do at their worst; its address says what."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import can

NAME = "faulty"
_FOREVER = 1000.0
# What the driver says of each of its failures.
REASON = "the cable is on fire"
GARBAGE_MESSAGES = 14


def install(folder: Path, monkeypatch: Any) -> None:
    """Let processes that start from now on find the plug-in, as an installed package in ``folder``."""
    package = folder / "faulty_bus-1.0.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty-bus\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text(f"[can.interface]\n{NAME} = {__name__}:FaultyBus\n")
    monkeypatch.setenv("PYTHONPATH", str(folder) + os.pathsep + os.environ.get("PYTHONPATH", ""))


def _pause(seconds: float) -> None:
    """What a driver does that is busy."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        time.sleep(left)


def numbered(number: int) -> can.Message:
    """A frame whose id is a number."""
    return can.Message(arbitration_id=number, is_extended_id=False, data=b"\1\2", timestamp=time.time())


class FaultyBus(can.BusABC):
    """Fails as ``channel`` says: the names of the methods of this class that are called."""

    def __init__(self, channel: str, **_options: Any) -> None:
        self._what = channel
        self._numbers = 0
        self._opened = time.monotonic()
        self._script: Iterator[Any] = iter(_garbage())
        if channel == "raises":
            raise can.CanInitializationError(REASON)
        if channel == "exits":
            raise SystemExit(3)
        if channel == "hangs":
            _pause(_FOREVER)
        super().__init__(channel)

    def recv(self, timeout: float | None = None) -> Any:
        """Fail, or return the next frame, or wait."""
        match self._what:
            case "recv-raises":
                raise RuntimeError(REASON)
            case "gone":
                raise OSError(19, REASON)
            case "gone-later" if self._numbers == 3:
                raise can.CanOperationError(REASON, 19)
            case "recv-hangs" if self._numbers == 6 and time.monotonic() - self._opened > 0.5:
                _pause(_FOREVER)
            case "late":
                _pause(0.3)
            case "impatient":
                return None
            case "sometimes-raises" if self._numbers % 2:
                self._numbers += 1
                raise ValueError(REASON)
            case "garbage":
                return next(self._script, None) or self._wait(timeout)
        if self._what != "floods" and self._numbers >= 6:
            return self._wait(timeout)
        self._numbers += 1
        return numbered(self._numbers & 0x7FF)

    def _wait(self, timeout: float | None) -> None:
        _pause(timeout or 0.0)

    def send(self, _message: can.Message, timeout: float | None = None) -> None:
        """Fail, or do nothing."""
        if self._what == "send-raises":
            raise RuntimeError(REASON)
        if self._what == "send-hangs":
            _pause(_FOREVER)
        if self._what == "send-is-slow":
            _pause(0.02)

    def shutdown(self) -> None:
        """Fail, or do what is usual."""
        super().shutdown()
        if self._what == "shutdown-hangs":
            _pause(_FOREVER)
        if self._what == "shutdown-raises":
            raise RuntimeError(REASON)

    @staticmethod
    def _detect_available_configs() -> list[Any]:
        what = os.environ.get("FAULTY_DETECT", "")
        if what == "hangs":
            _pause(_FOREVER)
        if what == "raises":
            raise RuntimeError(REASON)
        if what == "garbage":
            return [
                {"channel": object()},
                {"interface": NAME, "channel": "good", "serial": 12, "handle": object()},
                {},
            ]
        return [{"interface": NAME, "channel": "first"}, {"interface": NAME, "channel": 2}]


class _Broken(can.Message):
    """A message whose payload cannot be read."""

    __slots__ = ()

    @property
    def is_error_frame(self) -> bool:
        """Raises."""
        raise RuntimeError(REASON)

    @is_error_frame.setter
    def is_error_frame(self, _value: bool) -> None:
        pass


def _garbage() -> list[Any]:
    """GARBAGE_MESSAGES that are not frames, and the frames 1 and 2 before and after them."""
    changes: list[tuple[str, Any]] = [
        ("arbitration_id", 1 << 40),
        ("arbitration_id", -1),
        ("arbitration_id", "12"),
        ("data", bytes(100)),
        ("data", 10**12),
        ("data", "text"),
        ("timestamp", float("nan")),
        ("timestamp", 1e300),
        ("timestamp", None),
        ("bitrate_switch", True),
    ]
    messages: list[Any] = []
    for name, value in changes:
        message = numbered(0x7F)
        setattr(message, name, value)
        messages.append(message)
    return [numbered(1), "text", 7.5, object(), *messages, _Broken(), numbered(2)]
