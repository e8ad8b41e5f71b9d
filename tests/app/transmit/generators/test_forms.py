"""Payload generators as forms: the text of each survives a form, and problems name their field."""

import pytest

from canmcast_gui.app.transmit.generated import driver_of, generated_bytes, parts_of, preview
from canmcast_gui.app.transmit.generators.defaults import defaults_of, range_of, targets_of
from canmcast_gui.app.transmit.generators.forms import FORMS, GROUPS, group_of, text_of
from canmcast_gui.app.transmit.generators.values import problems_of, values_of
from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.parsing.generator_text import parse_generators
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import load_database
from tests.support.frames import COUNTER_DBC


@pytest.fixture(scope="module")
def message(tmp_path_factory):
    path = tmp_path_factory.mktemp("dbc") / "engine.dbc"
    path.write_text(COUNTER_DBC)
    return load_database(path).message(256, False)


@pytest.fixture(scope="module")
def signal(message):
    def find(name):
        found = message.signal(name)
        return None if found is None else field_of(found)

    return find


@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind != "csv" and not kind.startswith("e2e")])
def test_the_defaults_of_a_form_are_a_generator(kind, message, signal):
    for described in (message, None):
        values = defaults_of(kind, described, 8)
        assert problems_of(kind, values, 8, signal) == {}
        assert kind in GROUPS[group_of(kind)]


def test_the_counter_and_the_checksum_take_the_signals_that_are_called_so(message):
    assert text_of("counter", defaults_of("counter", message, 8)) == "counter(AliveCounter, 0..15)"
    assert text_of("checksum", defaults_of("checksum", message, 8)) == "checksum(Crc, xor, 0..7)"
    assert text_of("sine", defaults_of("sine", message, 8)) == "sine(Speed, 0..8000, 1000 ms)"
    assert text_of("counter", defaults_of("counter", None, 8)) == "counter(byte 6, 0..255)"
    assert targets_of(message, 2) == ["Speed", "AliveCounter", "Gear", "Crc", "byte 0", "byte 1"]
    assert range_of("counter", message, 8, "Gear") == {"first": "0", "last": "15"}


@pytest.mark.parametrize(
    "text",
    [
        "counter(AliveCounter, 0..14)",
        "counter(byte 6, 1..9, step 2)",
        "checksum(byte 7, CRC-8/SAE-J1850, 0..6)",
        "checksum(Crc, sum)",
        "sine(Speed, 0..100, 2000 ms)",
        "random(bits 8+4 big, 0..9, seed 3)",
        "list(byte 0, 1 2 3)",
        "list(byte 0, 1 2 3, 500 ms)",
        "csv(Speed, drive.csv, speed, 20 ms)",
        "e2e1(0x123, offset 0, both)",
        "e2e2(00112233445566778899AABBCCDDEEFF)",
        "e2e5(0x1234, offset 2)",
    ],
)
def test_a_text_survives_the_form(text):
    assert text_of(*values_of(text)) == text


def test_forms_read_what_users_write():
    assert values_of("COUNTER(byte 0)")[1] == {"target": "byte 0", "first": "0", "last": "255", "step": "1"}
    assert values_of("sine(Speed, 0..1, 2 s)")[1]["period"] == "2000"
    for wrong in ("foo(byte 0)", "counter"):
        with pytest.raises(RowError):
            values_of(wrong)


@pytest.mark.parametrize(
    ("kind", "values", "field", "problem"),
    [
        ("counter", {"first": "x"}, "first", "whole number"),
        ("counter", {"last": "99"}, "last", "4 bits"),
        ("counter", {"target": "Nothing"}, "target", "not a signal"),
        ("counter", {"target": "byte 9"}, "target", "outside"),
        ("checksum", {"algorithm": "crc-99"}, "algorithm", "no checksum"),
        ("checksum", {"last": "8"}, "last", "bytes 0 to 8"),
        ("sine", {"period": "0"}, "period", "longer than 0"),
        ("sine", {"high": "1e9"}, "high", "does not fit"),
        ("list", {"values": "a lot"}, "values", "numbers"),
        ("csv", {"file": "/nowhere.csv", "column": "a"}, "file", "cannot be read"),
        ("e2e1", {"id": "0x12345"}, "id", "16 bits"),
    ],
)
def test_a_problem_is_at_its_field(kind, values, field, problem, message, signal):
    (found,) = problems_of(kind, {**defaults_of(kind, message, 8), **values}, 8, signal).items()
    assert found[0] == field
    assert problem in found[1]


def test_the_step_of_a_counter_counts(signal):
    row = TransmitRow(generators="counter(byte 0, 1..5, step 2)", data=bytes(1))
    assert [payload[0] for payload in preview(row, signal, 5)] == [1, 3, 5, 1, 3]


def test_signals_know_their_generators(message, signal):
    row = TransmitRow(generators="counter(AliveCounter, 0..15); checksum(byte 7, xor, 0..6); nonsense(1)")
    parts = parts_of(row, signal)
    drivers = {one.name: driver_of(one, parts, 8) for one in message.signals}
    assert drivers == {
        "Speed": "",
        "AliveCounter": "counter(AliveCounter, 0..15)",
        "Gear": "",
        "Crc": "checksum(byte 7, xor, 0..6)",
    }
    assert generated_bytes(parts, 8) == {6, 7}
    with pytest.raises(RowError, match="Unknown function"):
        preview(row, signal, 1)


def test_an_example_is_in_each_error(signal):
    with pytest.raises(RowError, match=r'Unknown function "foo"\. Example: counter\(byte 0, 0\.\.15\)'):
        parse_generators("foo(byte 0)", 8, signal)
    with pytest.raises(RowError, match=r"Example: sine\("):
        parse_generators("sine(byte 0)", 8, signal)
