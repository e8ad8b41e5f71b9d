"""The kinds of channels: one entry for each, with how it opens its capture process and its sender.

To add a kind, write a module with a subclass of ``Kind`` and add its name to ``_KINDS``; modules are imported
when a kind is used. Every other name is an interface of python-can.
"""

from __future__ import annotations

import importlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.errors import BusError

_KINDS = {
    "multicast": "canmcast_gui.channels.multicast:Multicast",
    "dronecan": "canmcast_gui.channels.dronecan:DroneCan",
}


class Kind(ABC):
    """How channels of one kind are checked, opened and described."""

    #: For users, such as "UDP multicast".
    title: str = ""
    #: Whether the capture process has the driver, and so must run to send as well.
    has_driver_process = False

    @abstractmethod
    def checked(self, settings: ChannelSettings) -> ChannelSettings:
        """The same settings in canonical form. Raises BusError for wrong ones."""

    def label(self, settings: ChannelSettings) -> str:
        """The channel in two or three words."""
        return settings.title

    @abstractmethod
    def carries_fd(self, settings: ChannelSettings) -> bool:
        """Whether CAN FD frames can be sent."""

    @abstractmethod
    def leaves_host(self, settings: ChannelSettings) -> bool:
        """Whether frames that are sent can reach other computers or a real bus."""

    @abstractmethod
    def open_capture(self, settings: ChannelSettings, patient: bool = False) -> ProcessCapture:
        """Start receiving. Raises BusError, and then leaves nothing running.

        One that is ``patient`` raises it for wrong settings only, and tries again what fails now.
        """

    def with_latency(self, settings: ChannelSettings, latency_ms: float) -> ChannelSettings:  # noqa: ARG002
        """The same settings for a reader that needs each frame within that time, where the kind has a choice.

        What the user has chosen stays.
        """
        return settings

    @abstractmethod
    def sender(self, settings: ChannelSettings, capture: ProcessCapture | None) -> tuple[str, dict[str, Any]]:
        """The function that makes a sender in the transmit process ("module:function"), and its argument.

        ``capture`` is None where no process receives, which is possible without a driver process.
        """

    @abstractmethod
    def receiver(
        self, settings: ChannelSettings, capture: ProcessCapture | None
    ) -> tuple[str, dict[str, Any]]:
        """The same for the receiver of the transmit process, which triggers need."""


def kind_names() -> tuple[str, ...]:
    """The names of all kinds, first those of this program, then the interfaces of python-can."""
    from canmcast_gui.channels.interfaces import installed_names

    return (*_KINDS, *installed_names())


def kind_title(name: str) -> str:
    """The name of a kind for users."""
    if name in _KINDS:
        return _load(_KINDS[name]).title
    from canmcast_gui.channels.interfaces import describe

    return describe(name).title


def kind_of(settings: ChannelSettings) -> Kind:
    """The kind of a channel. Raises BusError if there is none of that name."""
    place = _KINDS.get(settings.kind)
    if place is None and settings.kind not in kind_names():
        raise BusError(
            f"{settings.title}: {settings.kind!r} is not a kind of channel; kinds: {', '.join(kind_names())}"
        )
    return _load(place or "canmcast_gui.channels.adapter.kind:Adapter")


def _load(place: str) -> Kind:
    module, _, name = place.partition(":")
    kind: Kind = getattr(importlib.import_module(module), name)()
    return kind


def title_of(name: str) -> str:
    """The name of a kind for users."""
    from canmcast_gui.channels.interfaces import describe

    return kind_of(ChannelSettings(name)).title if name in _KINDS else describe(name).title


def only_known(settings: ChannelSettings, known: Mapping[str, type | tuple[type, ...]]) -> None:
    """Check the names and types of options. Raises BusError for another name, or a value of another type."""
    for name, value in settings.options.items():
        if name not in known:
            raise BusError(f"{settings.title}: there is no option {name!r}; there are {', '.join(known)}")
        expected = known[name]
        if (isinstance(value, bool) and expected is not bool) or not isinstance(value, expected):
            raise BusError(f"{settings.title}: {value!r} is not a value of the option {name!r}")
