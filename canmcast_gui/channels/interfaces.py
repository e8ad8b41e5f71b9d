"""The interfaces of python-can: which exist, what each needs, and what its driver can do.

Names are those of ``can.interfaces.VALID_INTERFACES``, which contains plug-ins that are found by their entry
point. The facts are those of python-can 4.6: packages from its ``pyproject.toml`` (extras) and the imports of
each driver, options from the parameters of each bus class, ``own`` from how each sets ``Message.is_rx``.

What a driver needs beside a package, by the documentation of python-can and of the manufacturers:

- ``socketcan``: Linux, and an interface that is up (``ip link set can0 up type can bitrate 500000``). The bit
  rate is that of the interface; the option is ignored.
- ``pcan``: the driver of PEAK (on Linux with the PCAN-Basic library); ``kvaser``: CANlib; ``vector``: the XL
  driver library, Windows; ``ixxat``: VCI, Windows; ``etas``: BOA, Windows; ``neovi``: the driver of Intrepid;
  ``nican`` and ``nixnet``: the drivers of National Instruments, Windows; ``systec``: USB-CANmodul, Windows;
  ``usb2can``: the library of 8devices, Windows (on Linux that adapter is one of SocketCAN); ``iscan``,
  ``neousys``: the library of the manufacturer.
- ``gs_usb``, ``canalystii``, ``cantact``: access to the USB device through libusb; on Linux a udev rule, or
  the kernel's own driver, which makes gs_usb adapters interfaces of SocketCAN.
- ``slcan``, ``serial``, ``robotell``, ``seeedstudio``: a serial port that the user may open (on Debian as a
  member of the group dialout). slcan waits two seconds after opening, as some adapters restart then.
- ``socketcand``, ``remote``: a server at an address. ``udp_multicast``: msgpack. ``virtual``: reaches only
  buses of the same process, and so nothing from here.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import Enum
from importlib.util import find_spec

BIT_RATES = ("1000000", "800000", "500000", "250000", "125000", "100000", "83333", "50000", "33333")


class OwnFrames(Enum):
    """What a driver does with frames that were sent through it."""

    NOT_RETURNED = "not returned"
    #: Returned once they were on the bus, with ``is_rx=False``.
    MARKED = "marked"
    #: Returned as if another node had sent them.
    UNMARKED = "unmarked"


@dataclass(frozen=True)
class Interface:
    """What is known about an interface of python-can.

    ``title`` is its name for users, ``address`` an example, ``package`` the Python package that it needs
    beside python-can, ``own`` what it does with own frames, ``listen_only`` the option that forbids to send
    and to acknowledge, with its value; None where the driver has none. ``error_frames`` tells whether its
    error frames are those of SocketCAN.
    """

    name: str
    title: str
    address: str = ""
    package: str = ""
    own: OwnFrames = OwnFrames.NOT_RETURNED
    listen_only: tuple[str, str | bool] | None = None
    serial: bool = False
    error_frames: bool = False


_MARKED = OwnFrames.MARKED
_LISTEN = ("listen_only", True)
_STATE_PASSIVE = ("state", "PASSIVE")

_KNOWN = (
    Interface("socketcan", "SocketCAN", "can0", own=_MARKED, error_frames=True),
    Interface("pcan", "PEAK PCAN", "PCAN_USBBUS1", own=_MARKED, listen_only=_STATE_PASSIVE),
    Interface("kvaser", "Kvaser", "0", own=_MARKED, listen_only=("driver_mode", False)),
    Interface("vector", "Vector", "0", own=_MARKED, listen_only=_LISTEN),
    Interface("ixxat", "Ixxat", "0"),
    Interface("slcan", "Serial line (slcan)", "/dev/ttyACM0", "pyserial", listen_only=_LISTEN, serial=True),
    Interface("gs_usb", "gs_usb, candleLight", "0", "gs_usb", own=_MARKED, error_frames=True),
    Interface("cantact", "CANtact", "0", "cantact"),
    Interface("socketcand", "socketcand server", "can0", error_frames=True),
    Interface("serial", "Serial port", "/dev/ttyUSB0", "pyserial", serial=True),
    Interface("robotell", "Robotell", "/dev/ttyUSB0", "pyserial", serial=True),
    Interface(
        "seeedstudio",
        "Seeed Studio",
        "/dev/ttyUSB0",
        "pyserial",
        listen_only=("operation_mode", "silent"),
        serial=True,
    ),
    Interface("canalystii", "CANalyst-II", "0", "canalystii"),
    Interface("etas", "ETAS", "ETAS://USB/ES582:0", own=_MARKED),
    Interface("neovi", "Intrepid neoVI", "1", "python-ics", own=_MARKED),
    Interface("neousys", "Neousys", "0"),
    Interface("nican", "National Instruments NI-CAN", "CAN0"),
    Interface("nixnet", "National Instruments NI-XNET", "CAN1", "nixnet", own=_MARKED),
    Interface("systec", "SYS TEC", "0", listen_only=_STATE_PASSIVE),
    Interface("usb2can", "8devices USB2CAN", "ED000200"),
    Interface("iscan", "isCAN", "0"),
    Interface("udp_multicast", "UDP multicast of python-can", "239.74.163.2", "msgpack", OwnFrames.UNMARKED),
    Interface("remote", "python-can-remote server", "ws://localhost:54701", "python-can-remote"),
    Interface("virtual", "Virtual, inside one process", "0", own=_MARKED),
)
# The modules of packages whose names differ.
_MODULES = {"pyserial": "serial", "python-ics": "ics", "python-can-remote": "can_remote"}
_BY_NAME = {interface.name: interface for interface in _KNOWN}


def installed_names() -> tuple[str, ...]:
    """The names of all interfaces of python-can and its plug-ins, without the one that this project adds."""
    from can.interfaces import VALID_INTERFACES

    return tuple(sorted(name for name in VALID_INTERFACES if name != "canmcast"))


def installation_of(name: str) -> str:
    """The command that installs the package of an interface; "" if it is installed or needs none."""
    package = describe(name).package
    module = _MODULES.get(package, package.replace("-", "_"))
    if not package or find_spec(module) is not None:
        return ""
    return f"{'py' if sys.platform == 'win32' else 'python3'} -m pip install {package}"


def is_known(name: str) -> bool:
    """Whether it is in the table of this module."""
    return name in _BY_NAME


def describe(name: str) -> Interface:
    """What is known about an interface; a plug-in has its name only."""
    return _BY_NAME.get(name) or Interface(name, name)
