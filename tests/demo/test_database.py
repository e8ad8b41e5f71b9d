"""The demonstration's database describes what the demonstration sends."""

import cantools
import pytest

from canmcast_gui.demo import DEMO_DATABASE, DEMO_PLOT_SIGNALS
from canmcast_gui.demo.values import MESSAGES, Vehicle
from canmcast_gui.demo.vehicle_bus import UNITS, DemoCodec, answer
from canmcast_gui.resources_path import resource


@pytest.fixture(scope="module")
def database():
    return cantools.database.load_file(resource(DEMO_DATABASE), strict=True)


def test_messages_have_senders_cycles_and_comments(database):
    assert len(database.messages) >= 15
    assert all(message.senders and message.comment for message in database.messages)
    assert {m.cycle_time for m in database.messages} == {None, 10, 20, 50, 100, 200, 500, 1000}
    assert any(message.is_extended_frame for message in database.messages)
    assert any(message.is_multiplexed() for message in database.messages)
    assert [message.length for message in database.messages if message.is_fd] == [64]
    signals = [signal for message in database.messages for signal in message.signals]
    assert {"rpm", "km/h", "%", "bar", "°C", "V", "A"} <= {signal.unit for signal in signals}
    assert sum(bool(signal.choices) for signal in signals) >= 10
    assert {signal.byte_order for signal in signals} == {"little_endian", "big_endian"}


def test_every_sender_has_a_bus(database):
    assert sorted(UNITS) == sorted(node.name for node in database.nodes)


def test_every_cyclic_message_has_values_for_all_its_signals(database):
    vehicle = Vehicle()
    vehicle.advance(3.0)
    for message in database.messages:
        if message.cycle_time:
            names = {signal.name for signal in message.signals if not signal.multiplexer_ids}
            assert names <= vehicle.values(message.name).keys(), message.name
    assert set(MESSAGES) <= {message.name for message in database.messages}


def test_encoded_values_are_decoded_unchanged(database):
    vehicle, codec = Vehicle(), DemoCodec()
    vehicle.advance(4.0)
    values = vehicle.values("EngineStatus")
    frame = codec.frame("EngineStatus", values)
    decoded = database.decode_message(frame.arbitration_id, frame.data, decode_choices=False)
    assert decoded["EngineSpeed"] == pytest.approx(values["EngineSpeed"], abs=0.25)
    assert decoded["EngineTorque"] == pytest.approx(values["EngineTorque"], abs=0.1)
    assert codec.values(frame) == decoded


def test_values_are_limited_to_the_range_of_their_signal(database):
    frame = DemoCodec().frame(
        "DriverInputs", {"AcceleratorPedal": 400, "CruiseControl": 0, "CruiseSetSpeed": -3}
    )
    decoded = database.decode_message(frame.arbitration_id, frame.data)
    assert (decoded["AcceleratorPedal"], decoded["CruiseSetSpeed"]) == (100, 0)


@pytest.mark.parametrize("name", DEMO_PLOT_SIGNALS)
def test_the_signals_to_plot_are_there(name, database):
    message, _, signal = name.partition(".")
    assert database.get_message_by_name(message).get_signal_by_name(signal).unit


def test_the_engine_answers_known_requests_and_refuses_others():
    car = Vehicle().car
    known = answer({"RequestService": 0x22, "RequestIdentifier": 0xF405}, car)
    assert (known["ResponseService"], known["ResponseValue"]) == (0x62, round(car.coolant + 40))
    unknown = answer({"RequestService": 0x22, "RequestIdentifier": 0x1234}, car)
    assert (unknown["ResponseService"], unknown["ResponseIdentifier"]) == (0x7F, 0x1234)
