"""What the page about sending gives as examples can be typed as it stands."""

import re

import pytest

from canmcast_gui.app.transmit.parsing.condition_text import parse_trigger
from canmcast_gui.app.transmit.parsing.generator_text import parse_generators
from canmcast_gui.app.transmit.parsing.sequence_text import parse_sequence
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.transmit.payload import ScaledField
from canmcast_gui.transmit.sequence import ExpectStep, RepeatStep, SendStep, WaitStep
from canmcast_gui.ui.handbook.pages import page

SEND = page("send").markdown
SECTIONS = dict(re.findall(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", SEND, re.MULTILINE | re.DOTALL))
CHANGES = SECTIONS["Counters, checksums and waveforms"]
BLOCKS = {title: re.findall(r"```\n(.*?)```", text, re.DOTALL) for title, text in SECTIONS.items()}


def signal(name):
    """A signal of a message."""
    return ScaledField(0, 16) if name == "Speed" else None


@pytest.mark.parametrize(
    "text", [*re.findall(r"^\| `([^`]+)` \|", CHANGES, re.MULTILINE), CHANGES.split("```")[1].strip()]
)
def test_changes(text, tmp_path, monkeypatch):
    (tmp_path / "drive.csv").write_text("speed\n1\n2\n")
    monkeypatch.chdir(tmp_path)
    assert parse_generators(text, 8, signal)


@pytest.mark.parametrize("text", BLOCKS["Answer a frame"][0].splitlines())
def test_triggers(text):
    condition, delay_ns = parse_trigger(text)
    assert condition in text
    assert delay_ns == (20_000_000 if "20 ms" in text else 0)


def test_the_sequence():
    row = TransmitRow("Request")
    program = parse_sequence(
        BLOCKS["Sequences"][0], lambda name: row if name == "Request" else None, lambda _row: ()
    )
    assert [type(step) for step in program.steps] == [
        SendStep,
        SendStep,
        WaitStep,
        ExpectStep,
        SendStep,
        WaitStep,
        RepeatStep,
    ]
