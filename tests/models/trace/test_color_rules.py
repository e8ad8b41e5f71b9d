"""Color rules: the first rule that a frame passes gives its color; rules that are off or invalid do not."""

from canmcast_gui.app.workspace.view_setups import DEFAULT_RULES, ColorRule
from canmcast_gui.models.trace.color_rules import CompiledRules
from tests.support.frames import mixed


def test_the_first_rule_that_a_frame_passes_colors_it():
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


def test_the_default_rules_color_error_remote_and_sent_frames():
    assert CompiledRules(DEFAULT_RULES).which(mixed()) == [-1, -1, 1, 0, 2, -1]
