"""Devices that the drivers of python-can find, and what its configuration files describe, to choose from."""

from __future__ import annotations

import configparser
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from canmcast_gui.channels.interfaces import describe, installed_names
from canmcast_gui.channels.settings import ChannelSettings, Option
from canmcast_gui.processes.launcher import ModuleProcess

# A driver that has not answered by then is killed. The one of socketcand waits three seconds for its servers.
DETECT_SECONDS = 8.0
_MODULE = "canmcast_gui.channels.detection"
# Processes at once: each computes for a tenth of a second, and some wait.
_PROCESSES = 8
# The longest wait is the first, so that it is over when the others are.
_SLOW = "socketcand"
# Their drivers "find" an address that is always there.
_NOT_DEVICES = ("udp_multicast", "virtual")
_DEFAULT_SECTION = "default"


@dataclass(frozen=True)
class FoundDevice:
    """A device of a driver, or a section of a configuration file.

    ``kind`` and ``address`` are those of a channel, whose further ``options`` may be needed to open it;
    ``description`` says more about it, or is "".
    """

    kind: str
    address: str
    description: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)

    def channel(self, number: int = 1) -> ChannelSettings:
        """The channel that opens it."""
        return ChannelSettings(self.kind, self.address, self.options, number=number)


@dataclass(frozen=True)
class Detection:
    """What was found, in the order of kinds, and a sentence for each driver that did not answer."""

    devices: tuple[FoundDevice, ...] = ()
    problems: tuple[str, ...] = ()


def find_devices(timeout: float = DETECT_SECONDS, kinds: Iterable[str] | None = None) -> Detection:
    """Ask the drivers of all interfaces, or those of ``kinds``, each in a process of its own.

    A driver that does not answer within ``timeout`` seconds after its start is killed, and others are kept.
    Takes up to a few times ``timeout``; call it in a thread where nothing may wait.
    """
    names = [name for name in (installed_names() if kinds is None else kinds) if name not in _NOT_DEVICES]
    names.sort(key=lambda name: name != _SLOW)
    with ThreadPoolExecutor(_PROCESSES) as pool:
        parts = list(pool.map(lambda name: _find(name, timeout), names))
    devices = [device for part in parts for device in part.devices]
    return Detection((*devices, *_configured()), tuple(text for part in parts for text in part.problems))


def _find(kind: str, timeout: float) -> Detection:
    """What the driver of one interface finds. Never raises."""
    title = describe(kind).title
    try:
        process = ModuleProcess(_MODULE, [kind], stdout=True)
    except OSError as error:
        return Detection(problems=(f"{title}: devices cannot be searched: {error.strerror}",))
    try:
        if not process.wait(timeout):
            return Detection(problems=(f"{title}: the driver did not answer within {timeout:g} s",))
        assert process.stdout is not None
        text = process.stdout.read()
    finally:
        process.end()
    try:
        answer = json.loads(text)
    except ValueError:
        return Detection(problems=(f"{title}: the driver {process.how_it_ended()}",))
    problems = (f"{title}: {answer['problem']}",) if answer["problem"] else ()
    return Detection(tuple(FoundDevice(**device) for device in answer["devices"]), problems)


def _configured() -> list[FoundDevice]:
    """The sections of python-can's configuration files, which name an interface."""
    from can.util import load_file_config

    devices = []
    for section in _sections():
        try:
            values: dict[str, Any] = load_file_config(section=section)
        except (configparser.Error, OSError, UnicodeDecodeError):
            continue
        if kind := values.get("interface") or values.get("bustype"):
            description = f"section {section} of the configuration of python-can"
            devices.append(FoundDevice(kind, values.get("channel", ""), description, {"context": section}))
    return devices


def _sections() -> list[str]:
    """The names of all sections; none where a file cannot be read."""
    from can.util import CONFIG_FILES

    parser = configparser.ConfigParser()
    try:
        parser.read([Path(path).expanduser() for path in CONFIG_FILES])
    except (configparser.Error, OSError, UnicodeDecodeError):
        return []
    return sorted(parser.sections(), key=lambda name: (name != _DEFAULT_SECTION, name))
