"""What kind of database a file is: by its content, in whatever encoding and after whatever comment."""

import codecs

import pytest

from canmcast_gui.database import load_database
from tests.database import texts

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
def test_text_is_read_in_unicode_of_every_kind(tmp_path, kind, encoding, mark):
    path = tmp_path / "file.txt"
    path.write_bytes(mark + KINDS[kind].replace("\n", "\r\n").encode(encoding))
    assert names(path) == EXPECTED


def test_wide_text_that_is_cut_within_a_character_keeps_what_is_there(tmp_path):
    path = tmp_path / "cut.dbc"
    path.write_bytes(texts.DBC.encode("utf-16")[:-1])
    assert names(path) == EXPECTED
    assert any("cut off" in problem for problem in load_database(path).problems)


@pytest.mark.parametrize(
    "before", ["// made by a script\n", "\n\n// VERSION\n// BO_ 1\n\n", "// " + "x" * 30_000 + "\n"]
)
@pytest.mark.parametrize("kind", ["dbc", "sym"])
def test_comments_at_the_beginning_say_nothing_about_the_kind(tmp_path, kind, before):
    path = tmp_path / "file.txt"
    path.write_text(before + KINDS[kind])
    assert names(path) == EXPECTED


@pytest.mark.parametrize("kind", ["kcd", "arxml"])
def test_a_long_comment_before_the_root_is_passed_over(tmp_path, kind):
    path = tmp_path / "file.xml"
    head, _, rest = KINDS[kind].rpartition("<NetworkDefinition" if kind == "kcd" else "<AUTOSAR")
    path.write_text(
        f"{head}<!-- {'x' * 30_000} -->\n{KINDS[kind][len(head) : len(KINDS[kind]) - len(rest)]}{rest}"
    )
    assert names(path) == EXPECTED


def test_a_sym_file_without_its_version_is_one_by_its_sections(tmp_path):
    path = tmp_path / "file.sym"
    path.write_text(texts.SYM.partition("\n\n")[2])
    assert names(path) == EXPECTED
    path.write_text(texts.SYM.replace("FormatVersion", "formatversion"))
    assert names(path) == EXPECTED


@pytest.mark.parametrize("written", ["FF9B41h", "00FF9B41h", "ff9b41H", "0xFF9B41"])
def test_ids_of_sym_files_may_begin_with_a_letter(tmp_path, written):
    path = tmp_path / "file.sym"
    path.write_text(texts.SYM.replace("ID=100h", f"Type=Extended\nID={written}"))
    database = load_database(path)
    assert [(one.arbitration_id, one.extended) for one in database.messages] == [
        (0xFF9B41, True),
        (0x101, False),
    ]
    assert database.problems == []
