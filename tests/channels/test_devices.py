"""Found devices: each driver in a process of its own, and the sections of configuration files."""

from __future__ import annotations

import time
from pathlib import Path

import psutil
import pytest

from canmcast_gui.channels.devices import FoundDevice, find_devices
from canmcast_gui.channels.settings import ChannelSettings
from tests.support import faulty_bus


@pytest.fixture(autouse=True)
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty_bus.install(tmp_path, monkeypatch)


def test_devices_of_a_driver_are_found() -> None:
    """Numbers of channels are addresses, too; they can be opened as they are."""
    found = find_devices(kinds=["faulty"])
    assert found.problems == ()
    assert found.devices == (FoundDevice("faulty", "first"), FoundDevice("faulty", "2"))
    assert found.devices[0].channel(3) == ChannelSettings("faulty", "first", number=3)


def test_values_that_are_not_devices_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a device has beside its address is its description, and options to open it."""
    monkeypatch.setenv("FAULTY_DETECT", "garbage")
    assert find_devices(kinds=["faulty"]).devices == (
        FoundDevice("faulty", "good", "serial 12", {"serial": 12}),
    )


def test_a_driver_that_raises_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is one that python-can does not have; the others are kept."""
    monkeypatch.setenv("FAULTY_DETECT", "raises")
    assert find_devices(kinds=["faulty", "nothing"]).problems == (
        f"faulty: devices cannot be searched: {faulty_bus.REASON}",
        "nothing: devices cannot be searched: CAN interface 'nothing' not supported",
    )


def test_a_driver_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the time-out, without anything that remains; multicast groups are not devices."""
    monkeypatch.setenv("FAULTY_DETECT", "hangs")
    started = time.monotonic()
    found = find_devices(3.0, kinds=["udp_multicast", "virtual", "faulty", "systec"])
    assert time.monotonic() - started < 6.0
    assert found.problems == ("faulty: the driver did not answer within 3 s",)
    assert found.devices == ()
    assert not psutil.Process().children()


def test_sections_of_the_configuration_of_python_can_are_choices(own_home: Path) -> None:
    """The default one first; those without an interface are none, and a damaged file is not one either."""
    file = own_home / ".canrc"
    file.write_text(
        "[powertrain]\ninterface = slcan\nchannel = /dev/ttyACM3\nbitrate = 500000\n"
        "[default]\ninterface = socketcan\n[other]\nbitrate = 1\n"
    )
    found = find_devices(kinds=[])
    assert found.devices == (
        FoundDevice(
            "socketcan", "", "section default of the configuration of python-can", {"context": "default"}
        ),
        FoundDevice(
            "slcan",
            "/dev/ttyACM3",
            "section powertrain of the configuration of python-can",
            {"context": "powertrain"},
        ),
    )
    file.write_bytes(b"\xff\xfe[not a section")
    assert find_devices(kinds=[]).devices == ()
