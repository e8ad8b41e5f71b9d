"""Rules as TOML: read, written, and each mistake with its line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.gateway.rules import ByteChange, Rule, RuleError, RuleSet
from canmcast_gui.gateway.rules_file import parse_rules, read_rules
from canmcast_gui.gateway.rules_text import rules_text
from tests.gateway.engines import CHANNELS
from tests.support.frames import DBC

COMPLETE = """\
databases = ["engine.dbc"]
loop_detection = false

[[rule]]
name = "motor"
from = "powertrain"
to = 2
filter = "Engine.Speed > 100"
id_table = { "0x100" = 0x200, "257" = 3 }
id_offset = -1
extended = false
channel_table = { "0" = 2 }
rate_limit = 100
delay_ms = 2.5
data = [{ byte = 2, value = 0x80, mask = 0xC0 }, { byte = 3, value = 1 }]

[rule.signals]
"Engine.Speed" = 800
"Engine.Gear" = "First"

[[rule]]
drop = true
enabled = false
"""


def test_all_keys_are_read_and_databases_are_found_beside_the_file(tmp_path):
    (tmp_path / "engine.dbc").write_text(DBC)
    path = tmp_path / "rules.toml"
    path.write_text(COMPLETE)
    rules = read_rules(path, CHANNELS)
    assert rules == RuleSet(
        (
            Rule(
                "motor",
                "powertrain",
                "2",
                "Engine.Speed > 100",
                id_table={0x100: 0x200, 257: 3},
                id_offset=-1,
                extended=False,
                channel_table={0: 2},
                rate_limit=100.0,
                delay_ms=2.5,
                data=(ByteChange(2, 0x80, 0xC0), ByteChange(3, 1)),
                signals={"Engine.Speed": 800, "Engine.Gear": "First"},
            ),
            Rule(drop=True, enabled=False),
        ),
        (str(tmp_path / "engine.dbc"),),
        loop_detection=False,
    )


def test_a_text_without_rules():
    assert parse_rules("# nothing\n") == RuleSet()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[rule]\n", "rules, line 1, column 7: expected "),
        (
            '[[rule]]\nid = "0x100"\n',
            "line 2: '0x100' is not an arbitration id, which is",
        ),
        ("[[rule]]\n[[rule]]\n\nid_offset = 1.5\n", "line 4: 1.5 is not an offset of ids"),
        ("[[rule]]\nsource = 1\n", "line 2: a rule has no key 'source'; it has name, enabled, from, to,"),
        ("version = 1\n", "line 1: there is no setting 'version'; there are rule, databases, loop_detection"),
        ("\nrule = 3\n", r"line 2: write each rule as a table that begins with \[\[rule\]\]"),
        ("databases = 3\n", "line 1: databases is a list of paths"),
        ("loop_detection = 1\n", "line 1: loop_detection is true or false"),
        (
            "[[rule]]\nfrom = 1\nto = 1\n",
            "line 3: frames cannot be forwarded to",
        ),
        (
            "[[rule]]\ndrop = true\ndelay_ms = 5\n",
            "line 2: a rule that drops frames",
        ),
        ("[[rule]]\nid = 1\nid_offset = 1\n", "line 2: a rule has one of id and id_offset or id_table"),
        (
            "[[rule]]\ndelay_ms = -1\n",
            "line 2: -1 is not a number of milliseconds",
        ),
        ("[[rule]]\nrate_limit = 0\n", "line 2: 0 is not a number of frames per second"),
        ("[[rule]]\nenabled = 1\n", "line 2: 1 is not true or false"),
        ("[[rule]]\nfilter = 5\n", "line 2: 5 is not a text in quotes"),
        ("[[rule]]\ndata = [{ byte = 64, value = 1 }]\n", "line 2: 64 is not the number of a byte"),
        ("[[rule]]\ndata = [{ byte = 1 }]\n", "line 2: a change of data has byte, value and"),
        ('[[rule]]\nid_table = { "one" = 1 }\n', "line 2: 'one' is not a number such as 256 or 0x100"),
        ("[[rule]]\n\n[rule.signals]\nSpeed = 1\n", "line 3: 'Speed' is not a message and its signal"),
        ('[[rule]]\nsignals."A.B" = true\n', "line 2: True is not a value of the signal A.B"),
    ],
)
def test_each_mistake_is_reported_with_its_line(text, reason):
    with pytest.raises(RuleError, match=reason):
        parse_rules(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[rule]]\n[[rule]]\n\nfrom = 'chassis'\n", "r.toml, line 4: there is no channel 'chassis'"),
        ("[[rule]]\nfilter = 'id === 3'\n", "r.toml, line 2: the filter is not valid: "),
        ("[[rule]]\nfilter = 'Engine.Speed > 3'\n", "r.toml, line 2: the filter is not valid: "),
        ("[[rule]]\nsignals = { 'Engine.Speed' = 3 }\n", "r.toml, line 2: no database has the signal"),
        ("\ndatabases = ['missing.dbc']\n", "r.toml, line 2: the database .*missing.dbc cannot be loaded"),
        ("[[rule]]\nfrom = 'powertrain'\nto = 1\n", "r.toml, line 3: frames cannot be forwarded to the"),
    ],
)
def test_what_the_channels_do_not_have_is_reported_with_its_line(tmp_path, text, reason):
    path = tmp_path / "r.toml"
    path.write_text(text)
    with pytest.raises(RuleError, match=reason):
        read_rules(path, CHANNELS)


def test_files_that_do_not_hold_rules_are_refused(tmp_path):
    path = tmp_path / "r.toml"
    path.write_bytes(b"# fine\nname = '\xff'\n")
    with pytest.raises(RuleError, match=r"r\.toml, line 2: the file is not UTF-8 text"):
        read_rules(path)
    path.write_bytes(b"#" * (1 << 20) + b"\n")
    with pytest.raises(RuleError, match="larger than 1 MiB"):
        read_rules(path)


NUMBERS = st.dictionaries(st.integers(0, 0x1FFFFFFF), st.integers(0, 0x1FFFFFFF), max_size=3)
RULES = st.builds(
    Rule,
    name=st.text(),
    source=st.text(),
    target=st.just(""),
    filter=st.text(),
    id_offset=st.integers(-5, 5),
    id_table=NUMBERS,
    extended=st.none() | st.booleans(),
    channel=st.none() | st.integers(0, 255),
    rate_limit=st.none() | st.floats(0.1, 1e6),
    delay_ms=st.floats(0, 1000),
    data=st.lists(st.builds(ByteChange, *[st.integers(0, 63)] * 3), max_size=3).map(tuple),
    signals=st.dictionaries(st.text().map(lambda t: f"A.{t}"), st.text() | st.floats(-1e9, 1e9), max_size=2),
    enabled=st.booleans(),
)


@given(st.builds(RuleSet, st.lists(RULES, max_size=3).map(tuple), st.tuples(st.text()), st.booleans()))
def test_what_is_written_is_read(rules):
    assert parse_rules(rules_text(rules)) == rules


def test_channels_are_named_by_number_where_no_name_fits():
    channels = (
        ChannelSettings("virtual", "0", name="2", number=1),
        ChannelSettings("virtual", "1", number=2),
    )
    parse_rules("[[rule]]\nfrom = 2\n", channels=channels)
    with pytest.raises(RuleError, match="line 2: there is no channel '1'"):
        parse_rules("[[rule]]\nfrom = '1'\n", channels=(channels[1],))
