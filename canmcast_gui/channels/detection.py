"""A process that asks the driver of one interface for its devices, and prints them as JSON.

It may hang, write to standard output or end at once: drivers do. Its parent is devices.py.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from typing import Any

from canmcast_gui.lean_imports import keep_imports_lean

keep_imports_lean()

from can import detect_available_configs  # noqa: E402

# Of a device's values; longer ones are not names.
_MOST_CHARACTERS = 80
# Its own time-out must not end before that of the parent, which knows which driver did not answer.
_SECONDS = 60.0


def detect(kind: str) -> dict[str, Any]:
    """What the driver finds: ``devices`` for FoundDevice, and ``problem``, why it found none, or ""."""
    devices, problem = [], ""
    try:
        devices = [
            device for config in detect_available_configs(kind, _SECONDS) for device in _device(kind, config)
        ]
    except Exception as error:  # noqa: BLE001 – drivers raise anything
        problem = f"devices cannot be searched: {' '.join(str(error).split()) or type(error).__name__}"
    if kind == "serial":
        devices = [*devices, *({**device, "kind": "slcan"} for device in devices)]
    return {"devices": devices, "problem": problem}


def _device(kind: str, config: Any) -> Iterable[dict[str, Any]]:
    """The values of one device, if it is one."""
    if not isinstance(config, dict) or not isinstance(config.get("channel"), str | int):
        return
    options = {
        str(name): value
        for name, value in config.items()
        if name not in ("interface", "channel") and isinstance(value, str | int | float) and value != ""
    }
    address = str(config["channel"])
    texts = [f"{name} {value}" for name, value in options.items() if len(str(value)) <= _MOST_CHARACTERS]
    description = _port_description(address) if kind == "serial" else ", ".join(texts)
    yield {"kind": kind, "address": address, "description": description, "options": options}


def _port_description(address: str) -> str:
    """What the system says about a serial port."""
    from serial.tools.list_ports import comports

    for port in comports():
        if port.device == address and port.description != "n/a":
            return str(port.description)
    return "serial port"


def main() -> None:
    """Print what is found; what the driver prints goes to standard error."""
    output = os.dup(1)
    os.dup2(2, 1)
    text = json.dumps(detect(sys.argv[1]))
    os.write(output, text.encode())
    os._exit(0)  # a driver's threads must not delay the end


if __name__ == "__main__":
    main()
