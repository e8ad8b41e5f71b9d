"""A measurement: its stored form, also that of older versions, its label, and what it refuses."""

import pytest

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings

BUSES = [
    BusSettings(),
    BusSettings.this_computer(port=5000),
    BusSettings(
        group="239.1.2.3", interface="lo", hop_limit=3, fd=False, receive_buffer=5000, rate_limit=10.5
    ),
]


def measurement_of(*texts: str) -> Measurement:
    return Measurement.of(parse_channels(texts))


@pytest.mark.parametrize("bus", BUSES)
def test_a_multicast_bus_is_a_measurement_and_is_stored_as_before(bus):
    measurement = Measurement.of_bus(bus).validated()
    assert measurement.multicast == bus.validated()
    assert measurement.label() == bus.validated().label()
    assert measurement.reach() == bus.validated().reach()
    assert (measurement.leaves_host, measurement.carries_fd) == (bus.validated().leaves_host, bus.fd)
    stored = measurement.to_dict()
    assert stored == bus.validated().to_dict()
    assert Measurement.from_dict(stored) == measurement


def test_several_channels_keep_their_order_and_all_settings():
    measurement = measurement_of(
        "powertrain=socketcan:can0,fd=true,bitrate=500000", "multicast:239.74.163.2,local=true"
    )
    assert Measurement.from_dict(measurement.to_dict()) == measurement
    assert [channel.number for channel in measurement.channels] == [1, 2]
    assert measurement.multicast is None
    assert measurement.label() == "powertrain, this computer"
    assert measurement.reach() == "Frames leave this computer on powertrain"
    assert measurement.leaves_host


def test_many_channels_have_a_short_label():
    assert measurement_of(*[f"socketcan:vcan{n}" for n in range(16)]).label() == "16 channels"


def test_passwords_are_not_stored():
    measurement = measurement_of("remote:ws://host,password=secret,user=me")
    assert "secret" not in str(measurement.to_dict())
    assert "me" in str(measurement.to_dict())
    assert "secret" not in measurement.address_text()


@pytest.mark.parametrize(
    ("texts", "part"),
    [
        (["a=multicast:", "a=multicast:239.1.2.3"], "'a'"),
        (["multicast:10.0.0.1"], "not a multicast address"),
        (["nosuch:1"], "kind of channel"),
        (["multicast:239.1.2.3,prot=5"], "'prot'"),
        (["multicast:239.1.2.3,port=yes"], "'port'"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_its_reason(texts, part):
    with pytest.raises(BusError, match=part):
        measurement_of(*texts).validated()


def test_a_measurement_needs_a_channel():
    with pytest.raises(BusError, match="no channel is enabled"):
        Measurement(()).validated()


@pytest.mark.parametrize("wrong", [{"channels": 5}, {"channels": [5]}, {"channels": [{"kind": 3}]}])
def test_a_damaged_file_is_refused(wrong):
    with pytest.raises(BusError):
        Measurement.from_dict(wrong)
