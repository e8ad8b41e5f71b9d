"""Text formats with a byte order mark and in UTF-16, as Windows tools write them."""

import gzip
import io
import tracemalloc

import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FORMATS, FileError, file_info, read_batches
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.transcoding import Transcoded
from tests.logfile.damaged_files import NAMES, intact
from tests.logfile.frames import assert_same

TEXT = {one.name for one in FORMATS if one.can_read and one.line is not None}
NAMES_OF_TEXT = [name for name in NAMES if name.split(",")[0] in TEXT and not name.endswith("gz")]
ENCODINGS = {
    "mark": lambda text: text.encode("utf-8-sig"),
    "little endian": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "big endian": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "without mark": lambda text: text.encode("utf-16-le"),
    "PowerShell": lambda text: b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le"),
    "packed": lambda text: gzip.compress(b"\xff\xfe" + text.encode("utf-16-le")),
    "packed, mark": lambda text: zstd.compress(text.encode("utf-8-sig")),
}
LINES = "".join(f"({second}.000000) can0 123#{second % 256:02X}\n" for second in range(5000))


def written(path, content: bytes):
    path.write_bytes(content)
    reader = read_batches(path)
    return FrameBatch.concatenate(list(reader)), reader


def test_all_formats_of_text_are_tried():
    assert {name.split(",")[0] for name in NAMES_OF_TEXT} == TEXT


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", NAMES_OF_TEXT)
def test_frames_are_those_of_the_plain_file(name, encoding, tmp_path):
    content = intact(name, tmp_path)
    expected, plain = written(tmp_path / "plain", content)
    text = content.decode().replace("\r\n", "\n")
    if encoding == "without mark" and not text[:8].isascii():
        pytest.skip("only a mark tells Chinese in UTF-16 from other bytes")
    found, reader = written(tmp_path / "other", ENCODINGS[encoding](text))
    assert reader.format.name == plain.format.name == name.split(",")[0]
    assert_same(found, expected)
    assert len(found) > 1
    assert (reader.problems, reader.progress) == (plain.problems, 1.0)
    assert [mark.text for mark in reader.marks] == [mark.text for mark in plain.marks]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_of_one_line(encoding, tmp_path):
    batch, reader = written(tmp_path / "log", ENCODINGS[encoding]("(1.5) can0 123#01\n"))
    assert (len(batch), reader.skipped) == (1, 0)


def test_names_and_comments_in_other_alphabets(tmp_path):
    text = "# Überholspur 车速 🚗\n(1.5) can0 123#01\n(2.5) can0 123#02\n"
    batch, reader = written(tmp_path / "log", text.encode("utf-16"))
    assert (len(batch), [mark.text for mark in reader.marks]) == (2, ["Überholspur 车速 🚗"])


def test_progress_is_the_position_in_the_file(tmp_path):
    content = (LINES * 10).encode("utf-16")
    path = tmp_path / "log"
    path.write_bytes(content)
    reader = read_batches(path, 1000)
    seen = [reader.progress for _ in reader]
    assert seen == sorted(seen)
    assert 0 < seen[0] < 0.6
    assert seen[-1] == 1.0
    assert file_info(path).frames == 50_000


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("more", [b"", b"x"])
def test_a_byte_too_few_or_too_many_spoils_one_line(codec, more, tmp_path):
    content = ("\ufeff" + LINES).encode(codec)
    place = content.index("(2500".encode(codec)) + 9
    batch, reader = written(tmp_path / "log", content[:place] + more + content[place + 1 - len(more) :])
    assert len(batch) == 4999
    assert reader.skipped == 1
    assert reader.problems[0].startswith("line 2501: ")


def test_half_a_character_at_the_end_is_reported(tmp_path):
    batch, reader = written(tmp_path / "log", LINES.encode("utf-16")[:-1])
    assert len(batch) == 5000
    assert reader.problems == [f"byte {reader.size - 1}: the text in UTF-16 ends within a character"]


@pytest.mark.parametrize("unit", ["\ud83d", "\udc00"])
def test_half_a_pair_of_surrogates_spoils_one_line(unit, tmp_path):
    text = LINES.replace("(7.000000) can0", f"({unit}.000000) can0").replace("(9.000000)", "x")
    batch, reader = written(tmp_path / "log", b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass"))
    assert (len(batch), [problem.partition(":")[0] for problem in reader.problems]) == (
        4998,
        ["line 8", "line 10"],
    )


def test_an_unknown_format_is_reported_as_in_a_plain_file(tmp_path):
    for text, words in (
        ("<html>\n", "a web page"),
        ('{\n"a": 1}\n', "a JSON file"),
        ("words\n", "not in a supported log format"),
    ):
        path = tmp_path / "log"
        path.write_bytes(text.encode("utf-16"))
        with pytest.raises(FileError, match=words):
            read_batches(path)


def test_memory_stays_bounded(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(b"\xff\xfe" + "x".encode("utf-16-le") * 5_000_000)
    tracemalloc.start()
    try:
        with open_log(path, Problems()) as file:
            while file.read(1 << 18):
                pass
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


class Pieces(io.BytesIO):
    """A file that gives as few bytes at once as it likes."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 5))

    def position(self) -> int:
        return self.tell()


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=80), mark=st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"]))
def test_any_bytes_come_through(content, mark):
    with Transcoded(Pieces(mark + content), Problems()) as file:
        found = file.readall()
    if mark[:1] in (b"", b"\xef"):
        if mark or content.count(0) < 8:
            assert found == content
    else:
        codec = "utf-16-le" if mark[0] == 0xFF else "utf-16-be"
        if "\ufffd" not in found.decode() and len(content) % 2 == 0:
            assert found.decode().encode(codec) == content


@given(text=st.text(max_size=60), codec=st.sampled_from(["utf-16-le", "utf-16-be", "utf-8"]))
def test_any_text_comes_through(text, codec):
    # Characters whose bytes look like a line feed between two others cost their line only: not tried here.
    if any(ord(letter) & 0xFF00 == 0x0A00 for letter in text) and codec != "utf-8":
        return
    with Transcoded(Pieces(("\ufeff" + text).encode(codec)), Problems()) as file:
        assert file.readall().decode() == text
