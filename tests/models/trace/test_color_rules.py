"""Colour rules: the first that fits counts, what is off or wrong colours nothing."""

import pytest

from canmcast_gui.models.trace.color_rules import (
    DEFAULT_RULES,
    MAX_RULES,
    ColorRule,
    CompiledRules,
    rules_of,
)
from tests.support.frames import mixed


def test_the_first_rule_that_fits_counts():
    rules = CompiledRules(
        [
            ColorRule("off", "length >= 0", "#111111", on=False),
            ColorRule("wrong", "id ==", "#222222"),
            ColorRule("empty", " ", "#333333"),
            ColorRule("error", "error", "#444444"),
            ColorRule("short", "length < 8", "#555555"),
        ]
    )
    names = [rules.rules[number].name if number >= 0 else "" for number in rules.which(mixed())]
    assert names == ["", "", "short", "error", "short", ""]


def test_the_usual_rules_set_errors_remote_and_own_frames_apart():
    assert CompiledRules(DEFAULT_RULES).which(mixed()) == [-1, -1, 1, 0, 2, -1]


def test_rules_come_back_from_settings_without_what_was_damaged():
    rules = [ColorRule("a", "error", "#010203"), ColorRule("b", "fd", "#040506", on=False)]
    values = [rule.to_dict() for rule in rules]
    assert rules_of({"rules": values}) == tuple(rules)
    assert rules_of({}) == DEFAULT_RULES
    assert rules_of({"rules": []}) == ()
    assert rules_of({"rules": [{"name": 1}, *values, 7, {**values[0], "on": "yes"}]}) == tuple(rules)
    assert len(rules_of({"rules": values * MAX_RULES})) == MAX_RULES


@pytest.mark.parametrize("values", [None, {}, {"name": "a", "filter": "b"}])
def test_a_damaged_rule_says_so(values):
    with pytest.raises(ValueError, match="rule"):
        ColorRule.from_dict(values)
