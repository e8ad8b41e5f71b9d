"""Proposals while a filter is typed, and the names that a mistyped one is corrected to."""

import fnmatch
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames.filters import FilterError, Vocabulary, compile_filter
from canmcast_gui.frames.filters.completion import complete
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.frames.filters.vocabulary import Kind, MessageName, SignalName

SIGNALS = {
    "EngineStatus.EngineSpeed": "rpm",
    "EngineStatus.Mode": "",
    "GearBox.Gear": "",
    "GearBox.Mode": "",
    "Odd.in": "",
    "Odd.two words": "",
}
VOCABULARY = Vocabulary(
    (MessageName("EngineStatus", 0xC0, "the engine"), MessageName("GearBox", 0x1A0), MessageName("FD", 0x7)),
    tuple(SignalName(full, full.rpartition(".")[2], unit) for full, unit in SIGNALS.items()),
)
CHOICES = {"GearBox.Gear": {"Reverse": -1, "Neutral": 0, "Not Available": 15, "7": 7}}
WORDS = Words(
    VOCABULARY,
    lambda name: CHOICES.get(name, {}),
    sources=(("10.0.0.7:5000", "logger"), ("fe80::1%eth0", "")),
    channels=(1, 2),
    saved={"only errors": "error or remote"},
    recent=("id == 0x1",),
)


def compiled(text):
    """Compile a text with these names."""
    return compile_filter(
        text,
        names=lambda pattern: {
            (one.arbitration_id, False)
            for one in VOCABULARY.messages
            if fnmatch.fnmatchcase(one.name, pattern)
        },
        signals=lambda name: (lambda _batch: (np.array([], int), np.array([]))) if name in SIGNALS else None,
        choices=WORDS.choices,
        vocabulary=lambda: VOCABULARY,
    )


def proposed(text, cursor=None):
    """The texts proposed at the end of a text, or at a cursor."""
    return [one.text for one in complete(text, len(text) if cursor is None else cursor, WORDS).proposals]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("le", ["length"]),
        ("EngineS", ["EngineSpeed", "EngineStatus"]),
        ("speed", ["EngineSpeed"]),
        ("EngineStatus.", ["EngineStatus.Mode", "EngineStatus.EngineSpeed"]),
        ("gearbox", ["GearBox", "GearBox.Gear"]),
        ("gearbox.g", ["GearBox.Gear"]),
        ("mode", ["GearBox.Mode", "EngineStatus.Mode"]),
        ("Gear == ", ["Reverse", "Neutral", '"Not Available"', '"7"']),
        ("GearBox.Gear != n", ["Neutral", '"Not Available"']),
        ('Gear == "No', ['"Not Available"']),
        ("id == 0x1 and dir == ", ["rx", "tx"]),
        ("name == ge", ["GearBox"]),
        ("id == eng", ["0xC0"]),
        ("id in (0x1, gear", ["0x1A0"]),
        ("source == ", ["10.0.0.7:5000", "fe80::1%eth0"]),
        ("source == logg", ["10.0.0.7:5000"]),
        ("channel == ", ["1", "2"]),
        ("channel not in (1, ", ["1", "2"]),
        ("id ", ["==", "!=", "<", "<=", ">", ">=", "in", "&"]),
        ("EngineSpeed ", ["==", "!=", "<", "<=", ">", ">=", "in", "&"]),
        ("id <", ["<", "<="]),
        ("name ", ["==", "!=", "~", "!~"]),
        ("id == 0x1 o", ["or"]),
        ("id == 0x1 ", ["and", "or"]),
        ("only", ["error or remote"]),
        ("fd and only", ["(error or remote)"]),
        ("", ["id == 0x1"]),
        ("id == ", ["0xC0", "0x1A0", "0x7"]),
        ("id > ", []),
        ("data[", []),
        ("FD == 1 xyzzy", []),
    ],
)
def test_proposals_fit_the_place_of_the_cursor(text, first):
    assert proposed(text)[: len(first)] == first
    assert first or not proposed(text)


def test_a_word_within_an_expression_is_completed_at_the_cursor():
    text = "fd and Engi > 5 or tx"
    completion = complete(text, 11, WORDS)
    speed = next(one for one in completion.proposals if one.kind is Kind.SIGNAL)
    assert completion.taken(text, speed) == ("fd and EngineSpeed > 5 or tx", 19)
    assert (speed.detail, speed.shown) == ("EngineStatus · rpm", "EngineSpeed")


def test_a_proposal_says_what_it_is():
    (engine,) = [one for one in complete("name == e", 9, WORDS).proposals if one.shown == "EngineStatus"]
    assert (engine.detail, engine.comment) == ("C0", "the engine")


@pytest.mark.parametrize("text", ["", "id == 0x1 ", "length", "id == 0x1A0", "fd) "])
def test_nothing_pops_up_where_nothing_is_being_completed(text):
    assert not complete(text, len(text), WORDS).unasked


PIECES = st.sampled_from(
    [
        *(
            "id",
            "data",
            "name",
            "source",
            "dir",
            "channel",
            "fd",
            "rx",
            "and",
            "or",
            "not",
            "in",
            "Gear",
            "En",
        ),
        *(
            "(",
            ")",
            "[",
            "]",
            ",",
            "..",
            "==",
            "!=",
            "~",
            "&",
            "!",
            "<",
            "5",
            "0x1",
            '"',
            "'",
            "only",
            "M",
            ";",
        ),
    ]
)


@given(st.lists(PIECES, max_size=10).map(" ".join) | st.text(max_size=30), st.data())
def test_any_text_at_any_cursor_is_completed_without_changing_its_start(text, data):
    cursor = data.draw(st.integers(-1, len(text) + 1))
    completion = complete(text, cursor, WORDS)
    assert 0 <= completion.start <= completion.end <= len(text)
    assert completion.start <= max(cursor, 0) <= max(completion.end, cursor)
    for one in completion.proposals:
        taken, position = completion.taken(text, one)
        assert taken.startswith(text[: completion.start] + one.text)
        assert completion.start <= position <= len(taken)


COMPLETE = ["", "fd and ", "not ", "(tx or ", "id == 0x1 or ", "error "]
STARTS = [
    *"adefgilmnorstx",
    "eng",
    "gear",
    "on",
    "10",
    "EngineStatus.",
    "GearBox.M",
    "od",
    "name == ",
    "dir == ",
]
STARTS += [
    "source == ",
    "channel != ",
    "Gear == ",
    "Gear == n",
    "id in (",
    "id not in (0x1, ",
    "name ~ ",
    "Mode",
]


@given(st.sampled_from(COMPLETE), st.sampled_from(STARTS))
def test_what_is_taken_is_a_filter(before, word):
    text = before + word
    completion = complete(text, len(text), WORDS)
    for one in completion.proposals:
        taken, _ = completion.taken(text, one)
        ends = {Kind.FIELD: "== 1", Kind.SIGNAL: "> 1", Kind.JOIN: "fd", Kind.OPERATOR: "1"}
        fields = {"data": '== "01"', "dir": "== rx", "name": "== x", "source": "== x", "not": "fd"}
        taken += fields.get(one.text, ends.get(one.kind, ""))
        taken += ")" * (taken.count("(") - taken.count(")"))
        compiled(taken)


# -- names -----------------------------------------------------------------------------------------------


def refusal(text):
    """The error that a text is refused with."""
    with pytest.raises(FilterError) as caught:
        compiled(text)
    return caught.value


def test_a_signal_that_one_message_has_needs_no_message():
    compiled("EngineSpeed > 3000 and Gear == Reverse")


def test_an_ambiguous_signal_says_which_messages_have_it():
    error = refusal("fd and Mode > 1")
    assert "2 messages have a signal “Mode”: EngineStatus.Mode, GearBox.Mode" in error.message
    assert (error.position, error.wrong, error.suggestion) == (7, "Mode", "EngineStatus.Mode")


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("EngineSped > 1", "EngineStatus.EngineSpeed"),
        ("enginespeed > 1", "EngineStatus.EngineSpeed"),
        ("EngineStatus.EngineSped > 1", "EngineStatus.EngineSpeed"),
        ("Wrong.EngineSpeed > 1", "EngineStatus.EngineSpeed"),
        ("lenght > 4", "length"),
        ("chanel == 1", "channel"),
    ],
)
def test_a_mistyped_name_is_corrected(text, suggestion):
    error = refusal(text)
    assert error.message == f"unknown field “{text.split()[0]}”. Did you mean {suggestion}?"
    assert (error.position, error.suggestion) == (0, suggestion)


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("EngineStatus.", 13, "the name of a signal after “EngineStatus.”"),
        ("fd or EngineStatus.Mode", 23, "a comparison (== != < <= > >= in) after EngineStatus.Mode"),
        ("EngineSpeed", 11, "a comparison (== != < <= > >= in) after EngineSpeed"),
    ],
)
def test_an_incomplete_condition_on_a_signal_is_not_searched_as_text(text, position, message):
    error = refusal(text)
    assert (error.position, error.message) == (position, f"expected {message}")


def test_a_part_of_the_name_of_a_message_is_searched_as_text():
    compiled("EngineSt")
    compiled("1A3")


def test_ten_thousand_signals_are_completed_between_two_keys():
    names = [(f"Message{n}", f"Signal{n % 700}Value{m}") for n in range(500) for m in range(20)]
    signals = tuple(SignalName(f"{message}.{name}", name, "rpm") for message, name in names)
    words = Words(Vocabulary(tuple(MessageName(f"Message{n}") for n in range(500)), signals))
    started = time.perf_counter()
    for typed in ("s", "value1", "Message4", "Message499.", "zz"):
        complete(f"fd and {typed}", 7 + len(typed), words)
    assert (time.perf_counter() - started) / 5 < 0.1
    assert len(complete("s", 1, words).proposals) == 100
