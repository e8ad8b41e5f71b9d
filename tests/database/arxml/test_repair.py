"""ARXML files with missing or duplicate elements: repaired where the meaning is clear, else reported."""

import copy
import re
from xml.etree import ElementTree

import pytest

from canmcast_gui.database import DatabaseError, load_database
from canmcast_gui.database.arxml import parse_readable_frames
from canmcast_gui.database.numbers import arxml_integer, arxml_number
from canmcast_gui.database.problems import Problems, UnreadableError
from canmcast_gui.database.xml_file import XmlFile
from tests.database.texts import ARXML, ARXML_3, ECU_EXTRACT

WHOLE = {"Engine": ["Speed", "Gear"], "Brake": ["Pressure"]}


def load(tmp_path, text):
    path = tmp_path / "net.arxml"
    path.write_text(text, encoding="utf-8")
    return load_database(path)


def names(database) -> dict[str, list[str]]:
    return {one.name: [signal.name for signal in one.signals] for one in database.messages}


@pytest.mark.parametrize(
    ("old", "new", "expected", "pattern"),
    [
        # frames
        ("<IDENTIFIER>256</IDENTIFIER>\n", "", {"Brake": ["Pressure"]}, "IDENTIFIER of nothing"),
        (">256<", ">-1<", {"Brake": ["Pressure"]}, "IDENTIFIER of -1"),
        (">256<", ">419361024<", WHOLE, "wider than its format"),
        (">/Net/Engine<", ">/Net/Absent<", {"Brake": ["Pressure"]}, "FRAME-REF .*: /Net/Absent is not in"),
        (">/Net/Engine<", "><", {"Brake": ["Pressure"]}, "without a CAN-FRAME"),
        (">/Net/Engine<", ">  /Net/Engine\n <", WHOLE, ""),
        ('DEST="CAN-FRAME">/Net/E', 'DEST="FRAME">/Net/E', WHOLE, "leads to CAN-FRAME, not to FRAME"),
        ("<FRAME-LENGTH>6</FRAME-LENGTH>\n", "", WHOLE, "its FRAME-LENGTH is the LENGTH of its PDU"),
        (
            "<FRAME-LENGTH>8</FRAME-LENGTH>\n",
            "<FRAME-LENGTH/>",
            {"Brake": ["Pressure"]},
            "FRAME-LENGTH of nothing",
        ),
        (">/Net/EnginePdu<", ">/Net/Absent<", {"Engine": [], "Brake": ["Pressure"]}, "PDU-REF"),
        # PDUs and signals
        ("<LENGTH>6</LENGTH>\n", "", WHOLE, ""),
        ("<START-POSITION>16</START-POSITION>\n", "", {**WHOLE, "Engine": ["Speed"]}, "START-POSITION"),
        (
            ">/Net/Gear<",
            ">/Net/Absent<",
            {**WHOLE, "Engine": ["Speed"]},
            "I-SIGNAL-REF .*/Net/Absent is not in",
        ),
        (
            "<LENGTH>3</LENGTH>\n",
            "",
            {**WHOLE, "Engine": ["Speed"]},
            "/Net/Gear: signal with a LENGTH of nothing",
        ),
        ("<LENGTH>3</LENGTH>", "<LENGTH>three</LENGTH>", {**WHOLE, "Engine": ["Speed"]}, "LENGTH of three"),
        (">/Net/GearOfEngine<", ">/Net/Absent<", WHOLE, "SYSTEM-SIGNAL-REF"),
        (
            ">/Net/Quarter<",
            ">/Other/Quarter<",
            WHOLE,
            "COMPU-METHOD-REF .*: /Other/Quarter is not in the file",
        ),
        ("<BASE-TYPE-ENCODING>NONE</BASE-TYPE-ENCODING>", "", WHOLE, "no BASE-TYPE-ENCODING"),
        # scales
        ("<VT>Reverse</VT>", "", WHOLE, "a scale without a text for a number"),
        ("<V>4</V>", "<V>0</V>", WHOLE, "a scale that is not linear"),
        ("<V>4</V>", "<V>4</V><V>1</V>", WHOLE, "a scale that is not linear"),
        ("<V>4</V>", "<V>4</V><V>0</V>", WHOLE, ""),
        ("<V>0</V>", "", WHOLE, "a scale that is not linear"),
        # duplicates
        (
            "<IDENTIFIER>256</IDENTIFIER>",
            "<IDENTIFIER>256</IDENTIFIER><IDENTIFIER>9</IDENTIFIER>",
            WHOLE,
            "second",
        ),
        (">MapGear<", ">MapSpeed<", WHOLE, "has the path of I-SIGNAL-TO-I-PDU-MAPPING in line"),
        (">OfBrake<", ">OfEngine<", WHOLE, "/Net/Bus/Channel/OfEngine has the path of CAN-FRAME-TRIGGERING"),
        (
            "</FRAME-TRIGGERINGS>",
            "</FRAME-TRIGGERINGS><FRAME-TRIGGERINGS/>",
            WHOLE,
            "joined with the one before",
        ),
        (
            "<AR-PACKAGES>",
            "<AR-PACKAGES><AR-PACKAGE><SHORT-NAME>Net</SHORT-NAME></AR-PACKAGE>",
            WHOLE,
            "several parts",
        ),
    ],
)
def test_what_is_clear_is_repaired_and_the_rest_reported(tmp_path, old, new, expected, pattern):
    assert old in ARXML
    database = load(tmp_path, ARXML.replace(old, new, 1))
    assert names(database) == expected
    if not pattern:
        assert database.problems == []
        return
    found = [problem for problem in database.problems if problem.line]
    assert found, database.problems
    assert any(re.search(pattern, str(problem)) for problem in found), database.problems


def test_lines_are_those_of_the_file(tmp_path):
    text = ARXML.replace("<IDENTIFIER>257</IDENTIFIER>\n", "")
    line = text[: text.index("OfBrake")].count("\n") + 1
    (problem,) = load(tmp_path, text).problems
    assert str(problem) == (
        f"line {line}: CAN-FRAME-TRIGGERING /Net/Bus/Channel/OfBrake: message with an IDENTIFIER of nothing"
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (ARXML.replace("AR-PACKAGES", "PACKAGES"), "it has no AR-PACKAGES"),
        (ARXML.replace("/r4.0", "/r9.0"), r"its root is .*r9.0}AUTOSAR; AUTOSAR 3 and 4 are read"),
        (ARXML.replace("IDENTIFIER", "ID"), "line 8: CAN-FRAME-TRIGGERING /Net/Bus/Channel/OfEngine: mess"),
        (ARXML.replace("</AUTOSAR>", ""), "it is not complete XML: no element found: line 100"),
    ],
)
def test_a_file_without_readable_frames_has_a_reason(tmp_path, text, reason):
    with pytest.raises(DatabaseError, match=reason):
        load(tmp_path, text)


def test_two_kinds_of_elements_may_share_a_path(tmp_path):
    text = ARXML.replace("SpeedOfEngine", "Speed").replace("<SHORT-NAME>Gears<", "<SHORT-NAME>Gear<")
    database = load(tmp_path, text.replace("/Net/Gears<", "/Net/Gear<"))
    assert names(database) == WHOLE
    speed, gear = database.messages[0].signals
    assert (speed.scale, speed.unit, dict(gear.choices)) == (0.25, "1/min", {0: "Park", 1: "Reverse"})


def test_a_text_for_a_range_is_a_text_for_each_number(tmp_path):
    database = load(tmp_path, ARXML.replace("<UPPER-LIMIT>1<", "<UPPER-LIMIT>4<"))
    choices = dict(database.signal("Engine.Gear").choices)
    assert choices == {0: "Park", **dict.fromkeys(range(1, 5), "Reverse")}


BRAKE = ARXML[
    ARXML.index("<I-SIGNAL-I-PDU><SHORT-NAME>BrakePdu") : ARXML.index("<I-SIGNAL><SHORT-NAME>Speed")
]
PART = """<DYNAMIC-PART-ALTERNATIVE><I-PDU-REF DEST="I-SIGNAL-I-PDU">/Net/Inner</I-PDU-REF>
<SELECTOR-FIELD-CODE>{}</SELECTOR-FIELD-CODE><INITIAL-DYNAMIC-PART>true</INITIAL-DYNAMIC-PART>
</DYNAMIC-PART-ALTERNATIVE>
"""
MULTIPLEXED = f"""<MULTIPLEXED-I-PDU><SHORT-NAME>BrakePdu</SHORT-NAME><LENGTH>6</LENGTH>
<SELECTOR-FIELD-LENGTH>8</SELECTOR-FIELD-LENGTH>
<SELECTOR-FIELD-START-POSITION>40</SELECTOR-FIELD-START-POSITION>
<DYNAMIC-PARTS><DYNAMIC-PART><DYNAMIC-PART-ALTERNATIVES>
{PART.format(3)}{PART.format(4)}
</DYNAMIC-PART-ALTERNATIVES></DYNAMIC-PART></DYNAMIC-PARTS>
</MULTIPLEXED-I-PDU>
{BRAKE.replace("BrakePdu", "Inner")}"""


def test_a_multiplexed_pdu_whose_parts_lack_the_selector(tmp_path):
    database = load(tmp_path, ARXML.replace(BRAKE, MULTIPLEXED))
    signals = database.messages[1].signals
    assert [(one.name, one.start, one.is_multiplexer, sorted(one.multiplexer_ids)) for one in signals] == [
        ("Pressure", 0, False, [3]),
        ("Pressure", 0, False, [4]),
        ("Brake_selector1", 40, True, []),
    ]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (">40</SEL", ">forty</SEL", "its selector has no position or length"),
        ("<SELECTOR-FIELD-CODE>3</SELECTOR-FIELD-CODE>", "", "a part without a number or a PDU"),
        (">/Net/Inner<", ">/Net/BrakePdu<", "a part without a number or a PDU"),
        (">3</SEL", ">three</SEL", "a part without a number or a PDU"),
    ],
)
def test_incomplete_multiplexed_pdus(tmp_path, old, new, text):
    database = load(tmp_path, ARXML.replace(BRAKE, MULTIPLEXED.replace(old, new)))
    assert [one.name for one in database.messages] == ["Engine", "Brake"]
    assert any(text in problem.text for problem in database.problems)


def test_pdus_in_each_other_many_times_are_counted_before_they_are_read(tmp_path):
    pdus = "".join(
        f"<MULTIPLEXED-I-PDU><SHORT-NAME>{'BrakePdu' if n == 0 else f'P{n}'}</SHORT-NAME><LENGTH>6</LENGTH>"
        "<SELECTOR-FIELD-LENGTH>8</SELECTOR-FIELD-LENGTH>"
        "<SELECTOR-FIELD-START-POSITION>40</SELECTOR-FIELD-START-POSITION><STATIC-PARTS>"
        + 8 * f'<STATIC-PART><I-PDU-REF DEST="MULTIPLEXED-I-PDU">/Net/P{n + 1}</I-PDU-REF></STATIC-PART>'
        + "</STATIC-PARTS></MULTIPLEXED-I-PDU>"
        for n in range(12)
    )
    text = ARXML.replace(BRAKE, pdus + BRAKE.replace("BrakePdu", "P12"))
    database = load(
        tmp_path, text.replace('DEST="MULTIPLEXED-I-PDU">/Net/P12', 'DEST="I-SIGNAL-I-PDU">/Net/P12')
    )
    assert names(database) == {"Engine": ["Speed", "Gear"]}
    assert any("more than 200,000 signals" in problem.text for problem in database.problems)


def test_frames_that_cantools_refuses_are_found_and_left_out():
    problems = Problems()
    file = XmlFile(ARXML)

    def run(text):
        if "OfBrake" in text:
            raise UnreadableError("no reason")
        return text

    found = parse_readable_frames(file, problems, run)
    assert "OfEngine" in found
    assert "OfBrake" not in found
    assert [str(problem) for problem in problems] == [
        "line 12: CAN-FRAME-TRIGGERING OfBrake cannot be read: no reason"
    ]


@pytest.mark.parametrize("bases", [1, 2])
def test_references_may_be_relative_to_a_package(tmp_path, bases):
    base = (
        "<REFERENCE-BASES><REFERENCE-BASE><SHORT-LABEL>here</SHORT-LABEL><IS-DEFAULT>true</IS-DEFAULT>"
        '<PACKAGE-REF DEST="AR-PACKAGE">/Net</PACKAGE-REF></REFERENCE-BASE></REFERENCE-BASES>'
    )
    text = ARXML.replace("<ELEMENTS>", bases * base + "<ELEMENTS>").replace(">/Net/Gear<", ">Gear<")
    database = load(tmp_path, text.replace(">/Net/Brake<", " BASE='here'>Brake<"))
    assert names(database) == WHOLE
    assert len(database.problems) == bases - 1


def test_tags_may_have_a_prefix_and_may_be_of_autosar_3(tmp_path):
    root = ElementTree.fromstring(ARXML_3)
    for text in (ARXML_3, ElementTree.tostring(root, encoding="unicode")):
        database = load(tmp_path, text)
        speed = database.signal("Engine.Speed")
        assert (speed.length, speed.scale, speed.minimum, speed.maximum) == (16, 0.25, 0, 25)
        assert (dict(speed.choices), database.messages[0].cycle_ms, database.problems) == (
            {255: "Invalid"},
            100,
            [],
        )
    database = load(tmp_path, ARXML_3.replace("<FRAME-LENGTH>8</FRAME-LENGTH>", ""))
    assert database.messages[0].length == 8


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (">8</VALUE>", ">999999999</VALUE>", ["Brake"]),
        (">256</VALUE>", ">-1</VALUE>", ["Brake"]),
        (">256</VALUE>", ">419361024</VALUE>", ["Engine", "Brake"]),
        (">RECEIVE</VALUE>", ">BOTH</VALUE>", ["Brake"]),
        (">16</VALUE>", ">999999999</VALUE>", ["Engine", "Brake"]),
        ("<VALUE-REF>/Ecu/EcuC/P1</VALUE-REF>", "", ["Brake"]),
    ],
)
def test_configurations_of_control_units_are_read_as_far_as_they_are_complete(tmp_path, old, new, expected):
    assert names(load(tmp_path, ECU_EXTRACT)) == WHOLE
    database = load(tmp_path, ECU_EXTRACT.replace(old, new, 1))
    assert [one.name for one in database.messages] == expected
    assert (database.messages[0].arbitration_id == 419361024) == ("419361024" in new)


def changed(text: str, number: int, kind: str) -> str:
    """The file with one of its elements removed, duplicated, emptied, or with an invalid text."""
    root = ElementTree.fromstring(text)
    element = list(root.iter())[number]
    parent = {child: one for one in root.iter() for child in one}[element]
    if kind == "removed":
        parent.remove(element)
    elif kind == "doubled":
        parent.insert(list(parent).index(element), copy.deepcopy(element))
    else:
        element[:], element.text = [], kind
    return ElementTree.tostring(root, encoding="unicode")


@pytest.mark.parametrize("kind", ["removed", "doubled", "", "-1"])
@pytest.mark.parametrize("text", [ARXML, ARXML_3, ECU_EXTRACT])
def test_any_element_may_be_missing_duplicate_or_invalid(tmp_path, kind, text):
    for number in range(2, len(list(ElementTree.fromstring(text).iter()))):
        try:
            load(tmp_path, changed(text, number, kind))
        except DatabaseError as error:
            assert any(
                words in str(error) for words in ("line ", "PACKAGES, in which", "module Com", "/Com has")
            )
            assert "something in it" not in str(error)


@pytest.mark.parametrize(
    ("text", "number", "whole"),
    [
        ("8", 8, 8),
        (" 0x10 ", 16, 16),
        ("010", 8, 8),
        ("true", 1, 1),
        ("123.0", 123, 123),
        ("1.5", 1.5, None),
        ("08", None, None),
        ("INF", None, None),
        ("nan", None, None),
        ("1e999", None, None),
        ("9" * 5000, None, None),
        ("", None, None),
        (None, None, None),
    ],
)
def test_numbers_are_read_as_in_cantools(text, number, whole):
    assert (arxml_number(text), arxml_integer(text)) == (number, whole)
