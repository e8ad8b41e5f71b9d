"""Defective DBC files are read as they were meant, and their problems have lines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database import Database, DatabaseError, load_database
from canmcast_gui.database.dbc import repair_dbc
from canmcast_gui.database.problems import MAX_PROBLEMS, Problems

HEAD = 'VERSION ""\nBU_: ECU\n'
MESSAGE = 'BO_ 256 Engine: 8 ECU\n SG_ Speed : 0|16@1+ (0.25,0) [0|100] "rpm" ECU\n' + (
    ' SG_ Gear : 16|3@1+ (1,0) [0|7] "" ECU\n'
)


@pytest.fixture
def load(tmp_path):
    def load_text(text: str, encoding: str = "utf-8") -> Database:
        path = tmp_path / "defected.dbc"
        path.write_bytes(text.encode(encoding))
        return load_database(path)

    return load_text


def problems_of(database: Database) -> list[tuple[int, str]]:
    return [(problem.line, problem.kind) for problem in database.problems]


def test_a_valid_file_has_no_problems(load):
    assert load(HEAD + MESSAGE + 'CM_ SG_ 256 Speed "of the\ncrankshaft";\n').problems == []


def test_a_name_that_starts_with_a_digit(load):
    text = (
        HEAD
        + 'BO_ 256 2017_5: 8 1ECU\n SG_ 4wd M : 0|4@1+ (1,0) [0|0] "" 1ECU,ECU\n'
        + ' SG_ 2nd m3 : 8|8@1+ (1,0) [0|0] "" ECU\n'
        + 'CM_ SG_ 256 4wd "all four";\nVAL_ 256 4wd 1 "on" 3 "off" ;\nCM_ BO_ 256 "odd";\n'
    )
    database = load(text)
    message = database.message(256, False)
    assert (message.name, message.comment, message.senders) == ("2017_5", "odd", ("1ECU",))
    assert [signal.name for signal in message.signals] == ["4wd", "2nd"]
    assert message.signal("4wd").choices == {1: "on", 3: "off"}
    assert message.signal("4wd").comment == "all four"
    assert message.signal("2nd").multiplexer == "4wd"
    assert database.encode("2017_5", {"4wd": 3, "2nd": 7}) == bytes(
        [3, 7, 255, 255, 255, 255, 255, 255][:2]
    ) + bytes(6)
    assert [value.name for value in database.decode_frame(256, False, b"\x03\x07")] == ["4wd", "2nd"]
    assert problems_of(database) == [(3, "repaired"), (4, "repaired"), (5, "repaired"), (7, "repaired")]


@pytest.mark.parametrize("name", ["Öl", "车速", "Engine Speed", "a.b-c/d", "VAL_", "速度 2"])
def test_any_name_of_a_signal_is_kept(load, name):
    database = load(f'{HEAD}BO_ 1 M: 8 ECU\n SG_ {name} : 0|8@1+ (1,0) [0|0] "" ECU\n')
    assert [signal.name for signal in database.messages[0].signals] == [name]
    assert database.signal(f"M.{name}").length == 8


def test_only_tables_and_types_without_a_signal_are_left_out(load):
    database = load(
        HEAD + MESSAGE + 'VAL_ 256 Gears 0 "P" ;\nVAL_ 257 Gear 0 "P" ;\nSIG_VALTYPE_ 256 Nothing : 1;\n'
        'SG_MUL_VAL_ 256 Gear Nothing 0-1;\nVAL_ Lonely 0 "P" ;\nVAL_ 256 Gear 0 "P" ;\n'
    )
    assert problems_of(database) == [(line, "error") for line in range(6, 11)]
    assert database.signal("Engine.Gear").choices == {0: "P"}


@pytest.mark.parametrize(
    ("number", "extended_id"),
    [("274923520", 0x10630000), ("0x10630000", 0x10630000), ("4294967295", 0x1FFFFFFF), ("-1610612736", 0)],
)
def test_an_id_with_too_many_bits_is_an_extended_one(load, number, extended_id):
    database = load(f'{HEAD}{MESSAGE}CM_ BO_ {number} "turns";\n'.replace("256", number))
    message = database.messages[0]
    assert (message.arbitration_id, message.extended, message.comment) == (extended_id, True, "turns")


@pytest.mark.parametrize(
    ("comment", "text", "defect"),
    [
        ('CM_ SG_ 256 Speed "turns"', "turns", "semicolon"),
        ('CM_ SG_ 256 Speed "turns;', "turns", "closing quote"),
        ("CM_ SG_ 256 Speed turns;", "turns", "quotes are missing"),
        ('CM_ SG_ 256 Speed "the "real" turns";', 'the "real" turns', "quotes inside"),
        ('CM_ SG_ 256 Speed "in C:\\files\\";', "in C:\\files\\ ", "invalid"),
        ('CM_ SG_ 0x100 Speed "turns";', "turns", "invalid"),
    ],
)
def test_invalid_comments(load, comment, text, defect):
    database = load(f'{HEAD}{MESSAGE}{comment}\nVAL_ 256 Gear 1 "Reverse" ;\n')
    assert database.signal("Engine.Speed").comment == text
    assert database.signal("Engine.Gear").choices == {1: "Reverse"}
    (problem,) = database.problems
    assert (problem.line, problem.kind) == (6, "repaired")
    assert defect in problem.text


@pytest.mark.parametrize(
    "signal",
    [
        'SG_ Speed : 0|16@1+ (0.25,0) [0|100] "rpm"',
        'SG_ Speed : 0|16@1+ (0.25;0) [0|100] "rpm" ECU',
        'SG_ Speed: 0|16@1+(0.25,0)[0|100] "rpm" ECU Other',
        'SG_ Speed : 0|16@1+ (.25,0) [0|1.#INF] "rpm" ECU,',
        'SG_ Speed : 0|16@1 (0.25,0) [|] "rpm" ECU',
        "SG_ Speed : 0 | 16 @ 1 + (0.25,0)",
    ],
)
def test_invalid_signals(load, signal):
    database = load(f"{HEAD}BO_ 256 Engine: 8 ECU\n {signal}\nBO_ 257 Next: 8 ECU\n")
    speed = database.signal("Engine.Speed")
    assert (speed.start, speed.length, speed.signed, speed.scale) == (0, 16, False, 0.25)
    assert len(database.messages) == 2
    assert {problem.kind for problem in database.problems} <= {"repaired"}


def test_unreadable_statements_are_left_out(load):
    database = load(
        HEAD + MESSAGE + 'BO_ 300 Broken: many ECU\n SG_ Lost : 0|8@1+ (1,0) [0|0] "" ECU\n'
        'BO_ 301 Good: 8 ECU\n SG_ Bad : here\n SG_ Fine : 0|8@1+ (1,0) [0|0] "" ECU\nnonsense here\n'
        'BA_ "Undefined" BO_ 256 3;\nSGTYPE_ unknown;\n'
    )
    assert [message.name for message in database.messages] == ["Engine", "Good"]
    assert [signal.name for signal in database.messages[1].signals] == ["Fine"]
    assert problems_of(database) == [(6, "error"), (9, "error"), (11, "error"), (12, "error")]


def test_attributes_of_other_types_are_left_out_and_texts_of_choices_read(load):
    database = load(
        HEAD + MESSAGE + 'BA_DEF_ BO_ "GenMsgCycleTime" INT 0 10000;\nBA_DEF_ BO_ "Kind" ENUM "A","B";\n'
        'BA_DEF_DEF_ "GenMsgCycleTime" 0;\nBA_ "GenMsgCycleTime" BO_ 256 20;\nBA_ "Kind" BO_ 256 "B";\n'
        'BA_ "GenMsgCycleTime" BO_ 256 "soon";\nBA_ "Kind" BO_ 256 7;\n'
    )
    message = database.messages[0]
    assert message.cycle_ms == 20
    assert message.attributes == {"GenMsgCycleTime": "20", "Kind": "B"}
    assert problems_of(database) == [(11, "error"), (12, "error")]


def test_a_file_loads_without_attributes_that_cantools_refuses(load):
    database = load(HEAD + MESSAGE + 'BA_DEF_ BO_ "VFrameFormat" INT 0 15;\nBA_ "VFrameFormat" BO_ 256 3;\n')
    assert database.messages[0].name == "Engine"
    assert ["all attributes" in problem.text for problem in database.problems] == [True]


def test_a_multiplexer_that_is_marked_as_if_it_were_selected(load):
    database = load(
        f'{HEAD}BO_ 1 M: 8 ECU\n SG_ Mode m : 0|8@1+ (1,0) [0|0] "" ECU\n'
        ' SG_ A m1 : 8|8@1+ (1,0) [0|0] "" ECU\n'
    )
    assert database.signal("M.A").multiplexer == "Mode"
    assert [value.name for value in database.decode_frame(1, False, b"\x02\x07")] == ["Mode"]


@pytest.mark.parametrize(
    ("text", "encoding", "unit"),
    [
        ("°C", "cp1252", "°C"),
        ("°C", "utf-16", "°C"),
        ("°C", "utf-8-sig", "°C"),
        ("摄氏度", "gbk", "摄氏度"),
        ("größe é", "latin-1", "größe é"),
    ],
)
def test_text_in_any_usual_encoding(load, text, encoding, unit):
    assert load((HEAD + MESSAGE).replace("rpm", text), encoding).signal("Engine.Speed").unit == unit


@pytest.mark.parametrize(
    "hostile",
    [
        ' SG_ M M : 0|32@1+ (1,0) [0|0] "" ECU\n SG_ A m0 : 32|8@1+ (1,0) [0|0] "" ECU\n'
        "SG_MUL_VAL_ 1 A M 0-4294967295;\n",
        ' SG_ A : 0|99999@1+ (1,0) [0|0] "" ECU\n SG_ B : 999999|8@0+ (1,0) [0|0] "" ECU\n',
        ' SG_ A : 0|8@1+ (1e999999999,0) [0|0] "" ECU\n',
        'BO_ 2 Large: 999999 ECU\n SG_ A : 0|8@1+ (1,0) [0|0] "" ECU\n',
        'BA_DEF_ BO_ "X" INT 0 1;\nBA_ "X" BO_ 1 1e999999999;\n',
        "CM_ " + '"' * 100_001,
        "CM_ BO_ 1 " + 'a "' * 50_000,
        "BO_ 5 " + "x " * 100_000,
        "VAL_ 1 " + "0 " * 100_000,
        " SG_ " + "a" * 100_000 + " : ",
        "SG_MUL_VAL_ " * 10_000,
    ],
)
def test_hostile_files_load_with_problems(load, hostile):
    database = load(f"{HEAD}BO_ 1 M: 8 ECU\n{hostile}")
    assert [message.name for message in database.messages] == ["M"]
    assert database.problems


def test_multiplexers_with_too_many_combinations_are_left_out(load):
    depth = 9
    lines = [' SG_ S0 M : 0|4@1+ (1,0) [0|0] "" ECU']
    lines += [f' SG_ S{n} m0M : {4 * n}|4@1+ (1,0) [0|0] "" ECU' for n in range(1, depth)]
    ranges = [f"SG_MUL_VAL_ 1 S{n} S{n - 1} 0-15;" for n in range(1, depth)]
    database = load("\n".join([HEAD, "BO_ 1 M: 8 ECU", *lines, *MESSAGE.splitlines(), *ranges, ""]))
    assert [message.name for message in database.messages] == ["Engine"]
    assert any("combinations" in problem.text for problem in database.problems)


def test_the_list_of_problems_is_limited(load):
    database = load(HEAD + MESSAGE + 'nonsense\nVAL_ 9 X 0 "" ;\n' * (2 * MAX_PROBLEMS))
    assert len(database.problems) == MAX_PROBLEMS + 1
    assert "further issues" in database.problems[-1].text


@given(st.text(alphabet='BOSGCMVAL_ \n:|@+-(),[]"0123456789aM;', max_size=400))
def test_no_text_makes_the_repair_raise(text):
    problems = Problems()
    repair_dbc(HEAD + text, problems)
    list(problems)


@given(st.data())
def test_a_file_cut_or_changed_anywhere_loads_or_is_refused_with_a_sentence(tmp_path_factory, data):
    whole = (
        HEAD
        + MESSAGE
        + 'CM_ SG_ 256 Speed "turns";\nVAL_ 256 Gear 0 "P" 1 "R" ;\nSIG_VALTYPE_ 256 Speed : 1;\n'
    )
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 30)))
    path = tmp_path_factory.getbasetemp() / "changed.dbc"
    path.write_text(whole[:start] + data.draw(st.text(max_size=5)) + whole[end:], encoding="utf-8")
    try:
        load_database(path)
    except DatabaseError as error:
        assert "\n" not in str(error)
