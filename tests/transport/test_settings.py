"""Settings of a bus: plain data, checked where they enter."""

import json

import pytest

from canmcast_gui.transport import DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6, BusError, BusSettings
from canmcast_gui.transport.sockets.addresses import parse_group


def test_the_defaults_are_those_of_stock_peers():
    settings = BusSettings().validated()
    assert (settings.group, settings.port, settings.hop_limit) == (DEFAULT_GROUP_IPV6, 43113, 1)


def test_settings_cross_to_another_process():
    settings = BusSettings(group="239.1.2.3", interface="eth0", receive_buffer=1000, fd=False, rate_limit=5.0)
    assert BusSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings
    assert BusSettings.from_dict({"port": 5, "from a newer version": 1}) == BusSettings(port=5)


def test_this_computer_means_ipv4_and_no_hop():
    for settings in (BusSettings.this_computer(), BusSettings(local=True)):
        valid = settings.validated()
        assert (valid.group, valid.hop_limit, valid.local) == (DEFAULT_GROUP_IPV4, 0, True)
    assert BusSettings.this_computer(group="239.1.1.1").validated().group == "239.1.1.1"
    assert BusSettings(local=True, group="ff02::5", hop_limit=3).validated().hop_limit == 0


@pytest.mark.parametrize(
    ("settings", "label"),
    [
        (BusSettings(), "IPv6 default"),
        (BusSettings(group=DEFAULT_GROUP_IPV4), "IPv4 default"),
        (BusSettings(group=DEFAULT_GROUP_IPV4, interface="eth0"), "IPv4 default on eth0"),
        (BusSettings.this_computer(), "this computer"),
        (BusSettings(group="239.1.2.3", interface="eth0"), "239.1.2.3:43113 on eth0"),
        (BusSettings(group="ff02::1", port=5), "[ff02::1]:5"),
        (BusSettings.this_computer(group="239.1.2.3"), "239.1.2.3:43113, this computer"),
    ],
)
def test_a_user_knows_a_bus_by_its_label(settings: BusSettings, label: str):
    assert settings.label() == label


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"group": "192.168.1.1"}, "not a multicast address"),
        ({"group": ""}, "not a multicast address"),
        ({"group": "239.1.2"}, "not a multicast address"),
        ({"port": 65536}, "the port is 65536; it must be a whole number between 1 and 65535"),
        ({"port": True}, "the port is True"),
        ({"port": 1.5}, "the port is 1.5"),
        ({"hop_limit": -1}, "the hop limit is -1"),
        ({"receive_buffer": -5}, "the receive buffer is -5"),
        ({"rate_limit": -1.0}, "the rate limit is -1.0"),
    ],
)
def test_a_bad_value_is_named(changed: dict[str, object], says: str):
    with pytest.raises(BusError, match=says):
        BusSettings(**changed).validated()


@pytest.mark.parametrize(
    ("given", "kept"),
    [(None, None), ("", None), (" eth0 ", "eth0"), ("eth0, lo,eth0", "eth0,lo"), (",", None)],
)
def test_interfaces_stand_with_commas_between(given: str | None, kept: str | None):
    assert BusSettings(interface=given).validated().interface == kept


def test_a_groups_own_scope_is_kept():
    group = parse_group("ff02::1%eth0")
    assert (group.address, group.scope, group.is_ipv6) == ("ff02::1", "eth0", True)
    assert BusSettings(group="FF02::1%eth0").validated().group == "ff02::1%eth0"
    assert len(group.packed) == 16
    assert group.endpoint(5, 3) == ("ff02::1", 5, 0, 3)
    assert parse_group(" 224.0.0.1 ").endpoint(5) == ("224.0.0.1", 5)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (BusSettings(), "leave this computer: the local network (hop limit 1)"),
        (BusSettings(hop_limit=3), "leave this computer: up to 3 networks (hop limit 3)"),
        (BusSettings(hop_limit=0), "stay on this computer (hop limit 0)"),
        (BusSettings.this_computer(), "stay on this computer (hop limit 0)"),
    ],
)
def test_how_far_frames_go_is_said(settings, words):
    assert settings.reach() == f"Frames {words}"
