"""SYM files of other versions and with defects are read as they were meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database import Database, DatabaseError, load_database
from canmcast_gui.database.problems import Problems
from canmcast_gui.database.sym import repair_sym

VERSION_5 = """FormatVersion=5.0 // Do not edit this line!
Title="small"

{ENUMS}
enum Gear(0="Park", 1="Reverse", // going back
  2="Drive // on")
enum Flags(0h="No", Ah="Ten")

{SENDRECEIVE}

[Engine]
ID=100h // turns
DLC=12
CycleTime=20
Var=Speed unsigned 0,16 /u:rpm /f:0.25 /max:FFh // of the crankshaft
Var="2nd Gear" Gear 16,3 -h
Var=Torque signed 24,16 -m /u:"N m" /o:-40
Var=Ratio float 40,32 -m /s:1

[Modes]
ID=18FEF100h
Type=Extended
DLC=4
Mux=Idle 0,8 0
Var=Level unsigned 8,8 /e:Flags

[Modes]
DLC=4
Mux=Drive 0,8 1Fh
Var=Level signed 8,16
Color=FF00FFh
"""


@pytest.fixture
def load(tmp_path):
    def load_text(text: str, encoding: str = "utf-8") -> Database:
        path = tmp_path / "small.sym"
        path.write_bytes(text.encode(encoding))
        return load_database(path)

    return load_text


def test_a_file_of_version_5(load):
    database = load(VERSION_5)
    engine = database.message(0x100, False)
    assert (engine.name, engine.length, engine.cycle_ms, engine.comment) == ("Engine", 12, 20, "turns")
    speed, gear, torque, ratio = engine.signals
    assert (speed.unit, speed.scale, speed.maximum, speed.comment) == ("rpm", 0.25, 255, "of the crankshaft")
    assert (gear.name, gear.choices) == ("2nd Gear", {0: "Park", 1: "Reverse", 2: "Drive // on"})
    assert (torque.big_endian, torque.signed, torque.unit, torque.offset) == (True, True, "N m", -40)
    assert (ratio.is_float, ratio.length) == (True, 32)
    assert [(problem.line, problem.kind) for problem in database.problems] == [(1, "repaired")]


def test_multiplexed_signals_that_share_a_name_are_both_decoded(load):
    database = load(VERSION_5)
    modes = database.message(0x18FEF100, True)
    assert [signal.multiplexer_ids for signal in modes.signals[1:]] == [{0}, {0x1F}]
    for payload, value, text in ((b"\x00\x0a\x00", 10, "Ten"), (b"\x1f\xfe\xff", -2, "-2")):
        found = database.decode_frame(0x18FEF100, True, payload)[1]
        assert (found.name, found.value, found.text) == ("Level", value, text)


def test_symbols_without_a_section_are_sent_and_received(load):
    database = load(
        "FormatVersion=6.0\n[A]\nID=7FFh\nLen=2\nVar=S unsigned 0,8\n[B]\nID=064h-066h\nVar=T bit 3,1\n"
    )
    assert [(message.name, message.arbitration_id) for message in database.messages] == [
        ("A", 0x7FF), ("B", 0x64), ("B", 0x65), ("B", 0x66),
    ]  # fmt: skip
    assert {(problem.line, problem.kind) for problem in database.problems} >= {(2, "repaired")}


def test_signals_of_their_own_section(load):
    database = load(
        'FormatVersion=6.0\n{SIGNALS}\nSig=A unsigned 8 /u:V\nSig="B 2" signed 16 -m\nSig=Zero unsigned\n'
        '{SEND}\n[M]\nID=001h\nSig=A 0\nSig="B 2" 8\nSig=C 24\n'
    )
    assert [(one.name, one.length, one.big_endian) for one in database.messages[0].signals] == [
        ("A", 8, False), ("B 2", 16, True),
    ]  # fmt: skip
    assert [(problem.line, problem.kind) for problem in database.problems] == [
        (5, "error"),
        (11, "error"),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[N]\nLen=8\n", 6),
        ("[N]\nID=XYZh\n", 7),
        ("[N]\nID=00000000h-1FFFFFFFh\n", 7),
        ("Var=A nothing 8,8\n", 6),
        ("Var=A unsigned 8,999999\n", 6),
        ("Var=A unsigned eight\n", 6),
        ("Var=A unsigned 8,8 /e:Nothing\n", 6),
        ("Var=A unsigned 8,8 /max:lots\n", 6),
        ("Mux=A 0,99 1\n", 6),
        ("Len=999999\n", 6),
        ("What=this\n", 6),
    ],
)
def test_unreadable_lines_are_left_out_and_reported(load, text, line):
    database = load(f"FormatVersion=6.0\n{{SEND}}\n[M]\nID=001h\nVar=S unsigned 0,8\n{text}")
    assert database.messages[0].signals[0].name == "S"
    assert line in {problem.line for problem in database.problems}
    assert len(database.messages) <= 2_100


@given(st.text(alphabet='[]{}=,/:;"()-_ \nabEhIDVarMuxSig0129', max_size=300))
def test_no_text_makes_the_repair_raise(text):
    repair_sym("FormatVersion=6.0\n" + text, Problems())


@given(st.data())
def test_a_file_cut_or_changed_anywhere_loads_or_is_refused_with_a_sentence(tmp_path_factory, data):
    start = data.draw(st.integers(20, len(VERSION_5)))
    end = data.draw(st.integers(start, min(len(VERSION_5), start + 30)))
    path = tmp_path_factory.getbasetemp() / "changed.sym"
    path.write_text(VERSION_5[:start] + data.draw(st.text(max_size=5)) + VERSION_5[end:], encoding="utf-8")
    try:
        load_database(path)
    except DatabaseError as error:
        assert "\n" not in str(error)
