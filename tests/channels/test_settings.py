"""The settings of a channel, and their text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.settings import (
    MOST_CHANNELS,
    ChannelSettings,
    parse_channel,
    parse_channels,
)
from canmcast_gui.transport.errors import BusError

_TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S"), exclude_characters="%"))
# A text that looks like a number or a truth is read as one.
_VALUES = (
    _TEXTS.filter(lambda text: not text[:1].isdigit() and text[:1] not in "+-." and len(text) < 30).filter(
        lambda text: text.lower() not in ("true", "false")
    )
    | st.integers(-(10**17), 10**17)
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
)
_NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True).filter(lambda name: not name.endswith("key"))
_SETTINGS = st.builds(
    ChannelSettings,
    kind=st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,9}", fullmatch=True),
    address=_TEXTS,
    options=st.dictionaries(_NAMES, _VALUES, max_size=4),
    name=_TEXTS,
    number=st.integers(1, MOST_CHANNELS),
)


@given(_SETTINGS)
def test_settings_return_from_their_text(settings: ChannelSettings) -> None:
    """Also with the characters that separate the parts."""
    shown = settings.without_secrets()
    assert parse_channel(settings.to_text(), settings.number) == shown


@given(_SETTINGS)
def test_settings_return_from_json(settings: ChannelSettings) -> None:
    """As a workspace keeps them."""
    assert ChannelSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("socketcan:vcan0,fd=true", ChannelSettings("socketcan", "vcan0", {"fd": True})),
        (
            "a=slcan:/dev/ttyACM0,bitrate=500000",
            ChannelSettings("slcan", "/dev/ttyACM0", {"bitrate": 500000}, "a"),
        ),
        (
            "multicast:ff15::1%eth0,hop-limit=0",
            ChannelSettings("multicast", "ff15::1%eth0", {"hop_limit": 0}),
        ),
        ("x=y=remote:ws://h:1/p?q=2", ChannelSettings("remote", "ws://h:1/p?q=2", {}, "x=y")),
        ("pcan:", ChannelSettings("pcan")),
        (" kvaser:0 , serial=00123 , x=1.5 ,", ChannelSettings("kvaser", "0", {"serial": "00123", "x": 1.5})),
        ("etas:a%2Cb,n=1e3", ChannelSettings("etas", "a,b", {"n": 1000.0})),
    ],
)
def test_texts_of_the_command_line(text: str, expected: ChannelSettings) -> None:
    """Values have the types that they look like."""
    parsed = parse_channel(text)
    assert parsed == expected
    assert list(map(type, parsed.options.values())) == list(map(type, expected.options.values()))


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["vcan0"], "'vcan0' is not a channel: write KIND:ADDRESS, for example"),
        (["9x:a"], "'9x:a' is not a channel"),
        ([""], "'' is not a channel"),
        (["pcan:1,fd"], "'fd' is not an option: write OPTION=VALUE, for example fd=true"),
        (["pcan:1,=2"], "'=2' is not an option"),
        (["a=pcan:1", "a=pcan:2"], "two channels have the name 'a'; each needs its own"),
        (["pcan:1"] * 17, "17 channels are given; 16 are possible at once"),
    ],
)
def test_errors_say_what_is_wrong(texts: list[str], message: str) -> None:
    """And show an example."""
    with pytest.raises(BusError) as caught:
        parse_channels(texts)
    assert str(caught.value).startswith(message)


@given(st.text())
def test_any_text_is_a_channel_or_an_error(text: str) -> None:
    """Nothing else is raised."""
    try:
        parse_channel(text)
    except BusError as error:
        assert "is not" in str(error)


def test_channels_are_numbered_from_1() -> None:
    """In the order of the texts; a title is the name, or kind and address."""
    channels = parse_channels(["a=pcan:1", "vector:0"])
    assert [channel.number for channel in channels] == [1, 2]
    assert [channel.title for channel in channels] == ["a", "vector:0"]


def test_secrets_are_in_no_text_and_in_no_file() -> None:
    """In upper or lower case."""
    secret = {"password": "p", "Api_Key": "k", "access_token": "t", "client_secret": "s", "keyboard": "shown"}
    settings = ChannelSettings("remote", "a", secret)
    assert settings.to_text() == "remote:a,keyboard=shown"
    assert settings.without_secrets().options == {"keyboard": "shown"}
    assert settings.to_dict()["options"] == secret


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": ""},
        {"kind": 7},
        {"kind": "pcan", "address": None},
        {"kind": "pcan", "options": []},
        {"kind": "pcan", "options": {"a": []}},
        {"kind": "pcan", "number": 0},
        {"kind": "pcan", "number": 17},
        {"kind": "pcan", "number": True},
        {"kind": "pcan", "number": "1"},
    ],
)
def test_values_of_other_types_are_refused(values: dict[str, object]) -> None:
    """Those of a workspace that was edited."""
    with pytest.raises(BusError):
        ChannelSettings.from_dict(values)
