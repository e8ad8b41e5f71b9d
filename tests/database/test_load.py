"""Database files of all formats: recognition, loading, and reported problems."""

import codecs
import os
import subprocess
import sys

import pytest

from canmcast_gui.database import DatabaseError, load_database
from canmcast_gui.frames import FrameBatch
from tests.database import texts
from tests.support.corpus import CORPUS, corpus_file

KINDS = {".dbc", ".kcd", ".sym", ".arxml"}
DATABASES = sorted(str(p.relative_to(CORPUS)) for p in CORPUS.glob("*/**/*") if p.suffix.lower() in KINDS)

SMALL = """VERSION ""
BU_: ECU
BO_ 256 Engine: 8 ECU
 SG_ Speed : 0|16@1+ (0.25,0) [0|16383.75] "rpm" Vector__XXX
 SG_ Gear : 16|3@1+ (1,0) [0|7] "" Vector__XXX
BO_ 2566844926 Group: 8 Vector__XXX
 SG_ Level : 0|8@1+ (1,0) [0|255] "%" Vector__XXX
CM_ SG_ 256 Speed "Turns of the crankshaft";
VAL_ 256 Gear 0 "Park" 1 "Reverse" ;
"""


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.dbc"
    path.write_text(SMALL)
    return load_database(path)


@pytest.mark.parametrize("name", DATABASES)
def test_a_real_database_loads_or_is_refused_with_a_sentence(name):
    try:
        database = load_database(corpus_file(name))
    except DatabaseError as error:
        assert "cannot be read as" in str(error)
        assert "\n" not in str(error)
        return
    for message in database.messages:
        assert database.message(message.arbitration_id, message.extended) is not None
        database.decode_frame(message.arbitration_id, message.extended, bytes(64))
        database.decode_frame(message.arbitration_id, message.extended, b"\xff")


def test_messages_and_signals_are_those_of_the_file(small):
    engine = small.message(256, False)
    assert (engine.name, engine.length, engine.senders, engine.extended) == ("Engine", 8, ("ECU",), False)
    speed = small.signal("Engine.Speed")
    assert (speed.unit, speed.minimum, speed.maximum) == ("rpm", 0, 16383.75)
    assert speed.comment == "Turns of the crankshaft"
    assert small.signal("Engine.Gear").choices == {0: "Park", 1: "Reverse"}
    assert small.name == "small"
    assert small.problems == []


def test_names_are_found_by_pattern_in_any_case(small):
    assert small.ids_named("eng*") == {(256, False)}
    assert small.ids_named("x*") == set()


def test_a_parameter_group_is_found_for_any_sender(small):
    known = 2566844926 & 0x1FFFFFFF
    assert known & 0xFF == 0xFE
    other_sender = (known & ~0xFF | 0x42) ^ 0x10000000
    assert small.message(other_sender, True).name == "Group"
    assert small.message(other_sender, False) is None
    assert small.message(known ^ 0x100, True) is None


def test_a_file_in_windows_encoding_keeps_its_characters(tmp_path):
    path = tmp_path / "windows.dbc"
    path.write_bytes(SMALL.replace('"rpm"', '"°C"').encode("cp1252"))
    assert load_database(path).signal("Engine.Speed").unit == "°C"
    path.write_bytes(SMALL.replace('"rpm"', '"°C"').encode("utf-8-sig"))
    assert load_database(path).signal("Engine.Speed").unit == "°C"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not a database"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"Dear all,\nplease find attached\n", "is not a database"),
        (b"<html></html>", "is not a database"),
        (b'VERSION ""\nBO_ 1 A: eight X\n', "cannot be read as DBC"),
        (b"<NetworkDefinition><Bus", "cannot be read as KCD"),
        (b"FormatVersion=9.0\n{nonsense", "cannot be read as SYM"),
        (b"<?xml version='1.0'?><AUTOSAR", "cannot be read as ARXML"),
    ],
)
def test_other_files_are_refused_with_a_sentence(tmp_path, content, reason):
    path = tmp_path / "file.dbc"
    path.write_bytes(content)
    with pytest.raises(DatabaseError, match=reason) as caught:
        load_database(path)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(DatabaseError, match=r"absent.dbc cannot be read: No such file"):
        load_database(tmp_path / "absent.dbc")


@pytest.mark.skipif(os.name != "posix", reason="pipes and devices are files on POSIX systems")
@pytest.mark.parametrize(("name", "reason"), [("/dev/zero", "a device"), ("pipe", r"a pipe \(FIFO\)")])
def test_devices_and_pipes_are_refused_at_once(tmp_path, name, reason):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DatabaseError, match=f"cannot be read: it is {reason}, not a file$"):
        load_database(tmp_path / name)


def test_overlapping_signals_and_duplicates_are_reported_and_read(tmp_path, caplog):
    path = tmp_path / "odd.dbc"
    path.write_text(
        'BO_ 1 A: 1 X\n SG_ One : 0|8@1+ (1,0) [0|0] "" X\n SG_ Two : 4|8@1+ (1,0) [0|0] "" X\n'
        'BO_ 1 B: 8 X\n SG_ Three : 0|8@1+ (1,0) [0|0] "" X\n'
    )
    database = load_database(path)
    assert any("overlap" in problem.text for problem in database.problems)
    assert any("ends in byte 2" in problem.text for problem in database.problems)
    assert any("has the id of A" in problem.text for problem in database.problems)
    # of two messages with one id cantools takes the last
    assert database.message(1, False).name == "B"
    batch = FrameBatch.from_columns([0], 1, [[0x21, 0x43]])
    assert database.decode(batch, "A.One")[1].tolist() == [0x21]
    assert database.decode(batch, "A.Two")[1].tolist() == [0x32]
    assert not caplog.records


def test_importing_the_package_does_not_import_cantools():
    code = "import sys, canmcast_gui.database; print('cantools' in sys.modules, 'can' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]


KCD = """<NetworkDefinition xmlns="http://kayak.2codeornot2code.org/1.0"><Document name="d"/>
<Bus name="B">
<Message id="0x10630000" name="Wide" length="8"><Signal name="S" offset="0" length="8"/></Message>
<Message id="0x100" name="Fine" length="1"><Signal name="T" offset="4" length="8"/></Message>
</Bus></NetworkDefinition>
"""


def test_a_kcd_file_with_a_wide_id(tmp_path):
    path = tmp_path / "wide.kcd"
    path.write_text(KCD)
    database = load_database(path)
    assert database.message(0x10630000, True).name == "Wide"
    assert [(problem.line, problem.kind) for problem in database.problems] == [
        (3, "repaired"),
        (4, "warning"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + KCD,
        '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><AUTOSAR>&a;</AUTOSAR>',
        "<AUTOSAR><LENGTH>99999999999</LENGTH></AUTOSAR>",
        "<AUTOSAR>" + "<a>" * 100_000,
    ],
)
def test_hostile_xml_is_refused_with_a_sentence(tmp_path, text):
    path = tmp_path / "hostile.xml"
    path.write_text(text)
    with pytest.raises(DatabaseError) as caught:
        load_database(path)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "large.dbc"
    path.write_text('VERSION ""\n' + "x" * 10_000_001)
    with pytest.raises(DatabaseError, match="10,000,012 characters"):
        load_database(path)


def test_nodes_and_attributes_are_read(tmp_path):
    path = tmp_path / "nodes.dbc"
    path.write_text(
        SMALL.replace("Vector__XXX\n", "Dash\n").replace("BU_: ECU", "BU_: ECU Dash")
        + 'CM_ BU_ ECU "thinks";\nBA_DEF_ BU_ "Layer" INT 0 9;\nBA_ "Layer" BU_ ECU 3;\n'
    )
    database = load_database(path)
    assert [(node.name, node.comment, node.attributes) for node in database.nodes] == [
        ("ECU", "thinks", {"Layer": "3"}),
        ("Dash", "", {}),
    ]
    assert database.messages[0].receivers == ("Dash",)


KINDS = {"dbc": texts.DBC, "kcd": texts.KCD, "sym": texts.SYM, "arxml": texts.ARXML}


def names(path) -> list[tuple[str, list[str]]]:
    return [(one.name, [signal.name for signal in one.signals]) for one in load_database(path).messages]


EXPECTED = [("Engine", ["Speed", "Gear"]), ("Brake", ["Pressure"])]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-8", 2 * codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
    ],
)
def test_text_is_read_in_all_encodings_of_unicode(tmp_path, kind, encoding, mark):
    path = tmp_path / "file.txt"
    path.write_bytes(mark + KINDS[kind].replace("\n", "\r\n").encode(encoding))
    assert names(path) == EXPECTED


def test_incomplete_utf_16_text_is_read_as_far_as_it_goes(tmp_path):
    path = tmp_path / "cut.dbc"
    path.write_bytes(texts.DBC.encode("utf-16")[:-1])
    assert names(path) == EXPECTED
    assert any("may be incomplete" in problem.text for problem in load_database(path).problems)


@pytest.mark.parametrize(
    "before", ["// made by a script\n", "\n\n// VERSION\n// BO_ 1\n\n", "// " + "x" * 30_000 + "\n"]
)
@pytest.mark.parametrize("kind", ["dbc", "sym"])
def test_comments_at_the_start_do_not_affect_recognition(tmp_path, kind, before):
    path = tmp_path / "file.txt"
    path.write_text(before + KINDS[kind])
    assert names(path) == EXPECTED


@pytest.mark.parametrize("kind", ["kcd", "arxml"])
def test_a_long_comment_before_the_root_is_skipped(tmp_path, kind):
    path = tmp_path / "file.xml"
    head, _, rest = KINDS[kind].rpartition("<NetworkDefinition" if kind == "kcd" else "<AUTOSAR")
    path.write_text(
        f"{head}<!-- {'x' * 30_000} -->\n{KINDS[kind][len(head) : len(KINDS[kind]) - len(rest)]}{rest}"
    )
    assert names(path) == EXPECTED


def test_a_sym_file_without_version_is_recognized_by_its_sections(tmp_path):
    path = tmp_path / "file.sym"
    path.write_text(texts.SYM.partition("\n\n")[2])
    assert names(path) == EXPECTED
    path.write_text(texts.SYM.replace("FormatVersion", "formatversion"))
    assert names(path) == EXPECTED


@pytest.mark.parametrize("written", ["FF9B41h", "00FF9B41h", "ff9b41H", "0xFF9B41"])
def test_ids_of_sym_files_may_start_with_a_letter(tmp_path, written):
    path = tmp_path / "file.sym"
    path.write_text(texts.SYM.replace("ID=100h", f"Type=Extended\nID={written}"))
    database = load_database(path)
    assert [(one.arbitration_id, one.extended) for one in database.messages] == [
        (0xFF9B41, True),
        (0x101, False),
    ]
    assert database.problems == []
