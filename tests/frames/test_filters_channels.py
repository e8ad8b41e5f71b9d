"""Filters by the name of a channel."""

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.filters.completion import complete
from canmcast_gui.frames.filters.proposals import Words

NAMES = {1: "body", 2: "powertrain", 3: "2", 4: "rear axle", 5: "Body"}
BATCH = FrameBatch.from_columns(0, range(6), np.zeros((6, 1), np.uint8), channel=range(6))


def passing(text, names=NAMES):
    return np.flatnonzero(compile_filter(text, channels=names).mask(BATCH)).tolist()


@pytest.mark.parametrize(
    ("text", "channels"),
    [
        ("channel == powertrain", [2]),
        ('channel == "powertrain"', [2]),
        ("channel = POWERTRAIN", [2]),
        ("channel != powertrain", [0, 1, 3, 4, 5]),
        ("channel == body", [1]),
        ("channel == Body", [5]),
        ("channel == 2", [2]),
        ('channel == "2"', [3]),
        ('channel in (1, powertrain, "rear axle")', [1, 2, 4]),
        ("channel not in (1, powertrain)", [0, 3, 4, 5]),
        ("channel in powertrain", [2]),
        ("channel in 2..4", [2, 3, 4]),
        ("channel > 3", [4, 5]),
        ("not channel == powertrain and id > 2", [3, 4, 5]),
    ],
)
def test_names_mean_the_channel(text, channels):
    assert passing(text) == channels


@pytest.mark.parametrize(
    ("text", "names", "position", "message"),
    [
        ("channel == powertrian", NAMES, 11, "no channel is called “powertrian”. Did you mean powertrain?"),
        ('channel == "rear axel"', NAMES, 11, 'Did you mean "rear axle"?'),
        ("channel == xyz", NAMES, 11, "channels are body, powertrain, 2, rear axle, Body"),
        ("channel in (1, powertrian)", NAMES, 15, "Did you mean powertrain?"),
        ("channel == powertrain", {}, 11, "channels have no names"),
        ("channel < powertrain", NAMES, 10, "expected a number"),
        ("channel ==", NAMES, 10, "expected a number or the name of a channel, found the end"),
    ],
)
def test_mistakes_are_explained(text, names, position, message):
    with pytest.raises(FilterError) as caught:
        compile_filter(text, channels=names)
    assert (caught.value.position, message in caught.value.message) == (position, True), caught.value


def test_a_mistyped_name_can_be_replaced():
    text = "id == 1 and channel == powertrian"
    with pytest.raises(FilterError) as caught:
        compile_filter(text, channels=NAMES)
    error = caught.value
    assert text[error.position :] == error.wrong
    assert compile_filter(text.replace(error.wrong, error.suggestion), channels=NAMES)


def test_before_names_are_known_any_name_is_valid_and_passes_no_frame():
    assert passing("channel == powertrain or channel == 4", None) == [4]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("channel == pow", ["powertrain"]),
        ("channel == axle", ['"rear axle"']),
        ("channel in (1, ", ["1", "2", "3", "4", "5", "7"]),
        ("channel == 7", ["7"]),
    ],
)
def test_names_are_completed(text, first):
    proposals = complete(text, len(text), Words(channels=(1, 7), channel_names=NAMES)).proposals
    assert [one.text for one in proposals][: len(first)] == first


def test_proposals_tell_numbers_and_names():
    found = complete("channel == ", 11, Words(channels=(7,), channel_names={2: "powertrain"})).proposals
    assert [(one.text, one.shown, one.detail) for one in found] == [
        ("2", "2", "powertrain"),
        ("7", "7", ""),
        ("powertrain", "powertrain", "channel 2"),
    ]
