"""Files that are made to take more memory or time than their size explains, or to raise unexpected errors."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from canmcast_gui.database import DatabaseError, load_database
from canmcast_gui.frames import FrameBatch
from tests.database import texts
from tests.support.long_runs import rounds, seeded

# What each takes is measured in processor time; a machine under load takes longer by the clock.
MOST_SECONDS = 20
MOST_MB = 500

HUGE = [
    "999999999",
    " 999999999",
    "+999999999",
    "9_9_9_9_9_9_9_9_9",
    "&#57;99999999",
    "0x3B9AC9FF",
    "9" * 5000,
]
NUMBERS = [*HUGE, "-1", "-999999999", "", "eight", "1e9", "nan", "inf", "1e999", "&#x663;"]


def many(kind: str, count: int) -> str:
    """A DBC file of ``count`` messages, signals, or multiplexed signals."""
    lines = ['VERSION ""', "BU_: A"]
    if kind == "messages":
        signal = '\n SG_ S : 0|8@1+ (1,0) [0|0] "" A'
        lines += [f"BO_ {0x80000000 + number} M{number}: 8 A{signal}" for number in range(count)]
    else:
        lines += ["BO_ 1 M: 8 A", ' SG_ X M : 0|32@1+ (1,0) [0|0] "" A']
        mark = " m{}" if kind == "multiplexed" else ""
        lines += [f' SG_ S{n}{mark.format(n)} : {n % 32 + 32}|1@1+ (1,0) [0|0] "" A' for n in range(count)]
    return "\n".join(lines) + "\n"


def wide_signals(count: int) -> str:
    """A DBC file of signals of 4,096 bytes each."""
    signals = [f' SG_ S{n} : 0|32768@1+ (1,0) [0|0] "" A' for n in range(count)]
    return "\n".join(['VERSION ""', "BU_: A", "BO_ 1 M: 8 A", *signals]) + "\n"


def ranges_of_ids(symbols: int, signals: int, multiplexer: str = "") -> str:
    """A SYM file with symbols of 2,048 ids each."""
    lines = "".join(f"Var=V{n} unsigned {n % 64},1\n" for n in range(signals))
    found = [
        f"[S{n}]\nID={0x10000 + 0x800 * n:08X}h-{0x107FF + 0x800 * n:08X}h\nLen=8\n{multiplexer}{lines}\n"
        for n in range(symbols)
    ]
    return texts.SYM + "\n" + "".join(found)


def chosen_by_text(count: int) -> str:
    """A DBC file with a multiplexer that has texts for many numbers."""
    texts_of = " ".join(f'{number} "t"' for number in range(count))
    return many("multiplexed", 1) + f"VAL_ 1 X {texts_of} ;\n"


DOUBLE = '<UNIT><SHORT-NAME>U</SHORT-NAME></UNIT><A><FRAME-REF DEST="B">/Net/U/x</FRAME-REF></A>\n'
FILES: dict[str, str] = {
    **{
        f"offset-{n}.kcd": texts.KCD.replace('offset="16"', f'offset="{one}"')
        for n, one in enumerate(NUMBERS)
    },
    **{
        f"length-{n}.kcd": texts.KCD.replace('length="3"', f'length="{one}"') for n, one in enumerate(NUMBERS)
    },
    **{
        f"bytes-{n}.kcd": texts.KCD.replace('length="8"', f'length="{one}"', 1)
        for n, one in enumerate(NUMBERS)
    },
    **{f"id-{n}.kcd": texts.KCD.replace('id="0x100"', f'id="{one}"') for n, one in enumerate(NUMBERS)},
    **{
        f"{tag}-{n}.arxml": texts.ARXML.replace(f"<{tag}>{usual}<", f"<{tag}>{one}<", 1)
        for tag, usual in (("FRAME-LENGTH", 8), ("START-POSITION", 16), ("LENGTH", 3), ("IDENTIFIER", 256))
        for n, one in enumerate(NUMBERS)
    },
    "multiplexed.dbc": many("multiplexed", 7_200),
    "signals.dbc": many("signals", 4_000),
    "wide.dbc": wide_signals(500),
    "texts.dbc": chosen_by_text(110_000),
    "ranges.sym": ranges_of_ids(2, 200),
    "multiplexers.sym": ranges_of_ids(9, 2, "Mux=X 0,8 5\n") + 30_000 * "[A]\nLen=8\n\n",
    "paths.arxml": texts.ARXML.replace("<ELEMENTS>", "<ELEMENTS>" + 20_000 * DOUBLE),
    "comment.dbc": texts.DBC + f'CM_ BO_ 256 "{"x" * 2_000_000}";\n',
    "unit.dbc": texts.DBC.replace('"rpm"', f'"{"x" * 1_000_000}"'),
    "line.sym": texts.SYM.replace("/u:rpm", f'/u:"{"x" * 1_000_000}"'),
}
# What the messages are after the worst was left out.
WHOLE = {"multiplexed.dbc": ["M"], "signals.dbc": ["M"], "wide.dbc": ["M"], "texts.dbc": ["M"]}
BOTH = ["Engine", "Brake"]


def check_costs(folder: Path, names: list[str]) -> None:
    """Load files in a process with limited memory, and check the time and memory of each."""
    for name in names:
        (folder / name).write_text(FILES[name])
    command = [sys.executable, "-m", "tests.database.load_limited", *(str(folder / name) for name in names)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    assert run.stderr == ""
    found = {Path(one["path"]).name: one for one in map(json.loads, run.stdout.splitlines())}
    assert found.keys() == set(names)
    for name, one in found.items():
        assert one["seconds"] < MOST_SECONDS, one
        assert one["peak_mb"] < MOST_MB, one
        assert one.get("names") in (WHOLE.get(name, BOTH), BOTH[1:]), one
        if one["names"] == BOTH[1:] or name.endswith(".dbc"):
            assert one["problems"], one


@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory, and what was used, are asked of Linux")
def test_no_file_takes_more_than_its_size_explains(tmp_path):
    numbered = [name for name in FILES if "-" in name]
    check_costs(
        tmp_path, [*numbered[::5], "multiplexed.dbc", "wide.dbc", "comment.dbc", "ranges.sym", "paths.arxml"]
    )


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of memory, and what was used, are asked of Linux")
def test_the_cost_of_many_files_is_explained_by_their_size(tmp_path):
    check_costs(tmp_path, list(FILES))


@pytest.mark.parametrize("text", [texts.KCD, texts.ARXML])
@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "x.dtd">',
        '<!DOCTYPE x [<!ATTLIST Message length CDATA "999999999">]>',
    ],
)
def test_a_document_type_is_refused(tmp_path, text, declared):
    path = tmp_path / "declared.xml"
    path.write_text(declared + "\n" + text.removeprefix('<?xml version="1.0" encoding="UTF-8"?>\n'))
    with pytest.raises(DatabaseError, match="line 1 declares a document type") as caught:
        load_database(path)
    assert "\n" not in str(caught.value)


def test_xml_with_too_many_elements_is_refused_before_it_is_parsed(tmp_path):
    path = tmp_path / "many.arxml"
    path.write_text(texts.ARXML + "<a/>" * 3_000_000)
    with pytest.raises(DatabaseError, match="elements; a database may have 3,000,000"):
        load_database(path)


def test_invalid_parts_of_a_kcd_file_are_left_out_and_reported(tmp_path):
    path = tmp_path / "wrong.kcd"
    path.write_text(
        texts.KCD.replace('offset="16"', 'offset="-3"')
        .replace('<NodeRef id="1"/>', '<NodeRef id="7"/>')
        .replace('slope="0.25"', 'min="low" slope="0.25"')
        .replace(
            "</Bus>", '<Message id="-1" name="Odd"/><Message id="eight" name="Odder"/><Message id="3"/></Bus>'
        )
    )
    database = load_database(path)
    assert [[one.name for one in message.signals] for message in database.messages] == [
        ["Speed"],
        ["Pressure"],
    ]
    assert [(problem.line, problem.kind) for problem in database.problems] == [
        (5, "error"),
        (6, "error"),
        (7, "error"),
        (10, "error"),
        (10, "error"),
        (10, "error"),
    ]
    assert [problem.text for problem in database.problems] == [
        "node 7 of message Engine is not in the file",
        "signal Speed: min low is not a number",
        "signal Gear of 3 bits at bit -3",
        "message Odd: -1 is not an id",
        "message Odder: eight is not an id",
        "a message without a name",
    ]


def test_loading_can_be_canceled(tmp_path):
    path = tmp_path / "many.dbc"
    path.write_text(many("messages", 1_500))
    parts: list[float] = []
    with pytest.raises(DatabaseError, match="canceled"):
        load_database(path, lambda part: bool(parts.append(part)))
    assert len(parts) == 1
    assert 0 <= parts[0] < 1
    assert len(load_database(path).messages) == 1_500


def mutated(text: str, chance: random.Random) -> str:
    """A text with a few of its parts duplicated, removed, exchanged or replaced by unusual numbers."""
    for _ in range(chance.randint(1, 4)):
        text = text or "BO_"
        first = chance.randrange(len(text))
        last = min(len(text), first + chance.choice([1, 3, 10, 60, 300]))
        kind = chance.randrange(5)
        if kind == 0:
            text = text[:first] + text[last:]
        elif kind == 1:
            text = text[:last] + text[first:last] + text[last:]
        elif kind == 2:
            text = text[:first] + chance.choice(NUMBERS) + text[last:]
        else:
            # a number of the file, or a whole line
            parts = text.split("\n") if kind == 3 else text.split('"')
            place = chance.randrange(len(parts))
            parts[place] = chance.choice(["", *NUMBERS]) if kind == 4 else parts[chance.randrange(len(parts))]
            text = ("\n" if kind == 3 else '"').join(parts)
    return text


def check_mutations(path: Path, chance: random.Random) -> None:
    """Load changed texts of each kind: they load or are refused in words, and decode."""
    for text in (texts.DBC, texts.KCD, texts.SYM, texts.ARXML):
        path.write_text(mutated(text, chance), encoding="utf-8")
        try:
            database = load_database(path)
        except DatabaseError as error:
            assert "NoneType" not in str(error), path.read_text()
            assert not str(error).endswith(": ")
            continue
        for message in database.messages:
            database.decode_frame(message.arbitration_id, message.extended, b"\xff" * 64)
            batch = FrameBatch.from_columns(0, message.arbitration_id, [[255] * 8] * 2)
            for signal in message.signals:
                database.decode(batch, f"{message.name}.{signal.name}")


def test_changed_files_load_or_are_refused_in_words(tmp_path):
    chance = random.Random(1)
    for _ in range(100):
        check_mutations(tmp_path / "changed.xml", chance)


@pytest.mark.long
def test_many_changed_files_load_or_are_refused_in_words(tmp_path):
    chance = seeded()
    for _ in rounds():
        check_mutations(tmp_path / "changed.xml", chance)
