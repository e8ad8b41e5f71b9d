"""``canmcast interfaces``."""

import json
import socket


def test_the_interfaces_of_this_host_are_listed(canmcast):
    result = canmcast("interfaces")
    assert result.returncode == 0
    names = {name for _, name in socket.if_nameindex()}
    assert {line.split()[0] for line in result.stdout.splitlines()} == names
    assert "127.0.0.1" in result.stdout


def test_json_is_for_scripts(canmcast):
    found = json.loads(canmcast("interfaces", "--json").stdout)
    assert {(one["index"], one["name"]) for one in found} == set(socket.if_nameindex())
    loopback = next(one for one in found if one["is_loopback"])
    assert "127.0.0.1" in loopback["ipv4"]
