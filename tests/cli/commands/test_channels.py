"""``canmcast channels``."""

import json

from canmcast_gui.channels.interfaces import installed_names
from tests.support import faulty_bus


def test_kinds_and_devices_are_listed(canmcast, tmp_path, monkeypatch):
    faulty_bus.install(tmp_path, monkeypatch)
    result = canmcast("channels")
    assert result.returncode == 0
    lines = result.stdout.splitlines()
    assert "  multicast      UDP multicast" in lines
    assert "  socketcan      SocketCAN" in lines
    assert any(line.split() == ["faulty:first"] for line in lines)

    found = json.loads(canmcast("channels", "--json").stdout)
    assert list(found) == ["kinds", "devices"]
    assert found["kinds"][:2] == ["multicast", "dronecan"]
    assert {"socketcan", "slcan", "udp_multicast", "faulty"} <= set(found["kinds"])
    assert set(found["kinds"][2:]) - {"faulty"} <= set(installed_names())
    assert {"kind": "faulty", "address": "2", "description": ""} in found["devices"]
    assert all(device["kind"] not in ("udp_multicast", "canmcast") for device in found["devices"])


def test_a_driver_that_raises_is_a_note(canmcast, tmp_path, monkeypatch):
    faulty_bus.install(tmp_path, monkeypatch)
    monkeypatch.setenv("FAULTY_DETECT", "raises")
    result = canmcast("channels", "--json")
    assert result.returncode == 0
    assert f"canmcast: faulty: devices cannot be searched: {faulty_bus.REASON}" in result.stderr
    assert all(device["kind"] != "faulty" for device in json.loads(result.stdout)["devices"])
