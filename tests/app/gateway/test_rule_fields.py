"""Rules as the texts of a form."""

import pytest

from canmcast_gui.app.gateway.rule_fields import change_text, rule_from_texts, rule_to_texts
from canmcast_gui.gateway.rules import ByteChange, Rule, RuleError

FULL = Rule(
    "speed",
    "powertrain",
    "2",
    "id == 0x100",
    id_offset=16,
    id_table={},
    extended=True,
    channel_table={1: 2, 0: 3},
    rate_limit=50.0,
    delay_ms=2.5,
    data=(ByteChange(6, 0x10, 0xF0), ByteChange(7, 1)),
    signals={"Engine.Speed": 800.0, "Engine.Mode": "Sport"},
    enabled=False,
)


def flags(rule: Rule) -> dict[str, bool | None]:
    return {"enabled": rule.enabled, "drop": rule.drop, "extended": rule.extended}


@pytest.mark.parametrize(
    "rule", [Rule(), FULL, Rule(drop=True), Rule(id=0x300, channel=0), Rule(id_table={0x100: 0x200, 1: 2})]
)
def test_the_texts_of_a_rule_make_it_again(rule):
    assert rule_from_texts(rule_to_texts(rule), flags(rule)) == rule


def test_what_a_rule_changes_in_a_few_words():
    assert change_text(Rule()) == ""
    assert change_text(Rule(drop=True, name="x")) == "drop"
    assert change_text(FULL) == (
        "extended ids; id + 0x10; channel 1 = 2, 0 = 3; byte 6 = 0x10 / 0xf0, 7 = 0x01; "
        "Engine.Speed = 800.0, Engine.Mode = Sport; at most 50 frames/s; 2.5 ms later"
    )


@pytest.mark.parametrize(
    ("key", "text", "reason"),
    [
        ("id", "abc", "'abc' is not a number such as 256 or 0x100"),
        ("id", "0x20000000", "is not an arbitration id"),
        ("id_table", "0x100", "'0x100' is not written as A = B; separate several by commas"),
        ("id_table", "x = 1", "'x' is not a number"),
        ("channel", "256", "is not a channel number"),
        ("data", "64 = 1", "64 is not the number of a byte"),
        ("data", "1 = 2 / 256", "is not the value of a byte"),
        ("signals", "Speed = 1", "'Speed' is not a message and its signal"),
        ("rate_limit", "fast", "'fast' is not a number"),
        ("rate_limit", "nan", "is not a number of frames per second"),
        ("delay_ms", "-1", "is not a number of milliseconds"),
        ("filter", "id ==", "the filter is not valid"),
    ],
)
def test_a_mistake_names_its_field(key, text, reason):
    with pytest.raises(RuleError, match=reason) as caught:
        rule_from_texts({key: text}, {})
    assert caught.value.key == key


def test_fields_that_contradict_each_other():
    with pytest.raises(RuleError) as caught:
        rule_from_texts({"rate_limit": "5"}, {"drop": True})
    assert caught.value.key == "drop"
    with pytest.raises(RuleError) as caught:
        rule_from_texts({"from": "a", "to": "a"}, {})
    assert caught.value.key == "to"
