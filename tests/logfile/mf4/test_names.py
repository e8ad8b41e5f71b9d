"""Names of channels in MF4 files, in other formats, and in several files together."""

import pytest
from asammdf import MDF

from canmcast_gui.logfile import LogPart, open_reader, open_writer, read_batches
from canmcast_gui.logfile.mf4.names import comment_of, names_in
from canmcast_gui.logfile.reading.several import InTurnReader
from tests.logfile.frames import assert_same, small_batch

NAMES = {1: "body", 2: 'Größe <5> & "x"', 255: "last"}


def written(path, names):
    """A file with frames of the channels 1 and 2; returns the frames, and what the format does not hold."""
    batch = small_batch()
    batch.records["channel"] = 1
    batch.records["channel"][-1] = 2
    with open_writer(path) as writer:
        writer.name_channels(names)
        writer.write(batch)
    return batch, writer.lost


def test_names_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "log.mf4"
    batch, lost = written(path, NAMES)
    assert lost == []
    reader = read_batches(path)
    assert_same(next(iter(reader)), batch)
    assert reader.channel_names == NAMES
    with MDF(path) as mdf:  # another reader reads the file, too
        assert sum(group.channel_group.cycles_nr for group in mdf.groups) == len(batch)


def test_a_file_without_names_has_no_comment(tmp_path):
    path = tmp_path / "log.mf4"
    written(path, {})
    assert b"HDcomment" not in path.read_bytes()
    reader = read_batches(path)
    assert sum(map(len, reader)) and reader.channel_names == {}


def test_other_formats_lose_the_names_of_channels_that_occur(tmp_path):
    _, lost = written(tmp_path / "log.blf", NAMES)
    assert "2 channels without name" in lost
    _, lost = written(tmp_path / "log.asc", {2: "x", 3: "y"})
    assert "1 channel without name" in lost


def test_several_files_together_keep_the_names_at_their_numbers(tmp_path):
    paths = [tmp_path / "a.mf4", tmp_path / "b.mf4"]
    for path, names in zip(paths, ({1: "body", 2: "a"}, {1: "chassis"}), strict=True):
        written(path, names)
    parts = [LogPart(path) for path in paths]
    merged = open_reader(parts, "times")
    assert sum(map(len, merged)) == 2 * len(small_batch())
    assert merged.channel_names == {1: "body", 2: "a", 3: "chassis"}
    in_turn = InTurnReader(parts)
    assert sum(map(len, in_turn))
    assert in_turn.channel_names == {1: "body", 2: "a"}


@pytest.mark.parametrize(
    ("comment", "names"),
    [
        ("", {}),
        ("<HDcomment><TX>by hand</TX></HDcomment>", {}),
        ('<tree name="channels"><e name="1">a</e><e name="x">b</e><e name="900">c</e>', {}),
        ('<tree name="channels"><e name="1">a</e><e name="x">b</e><e name="900">c</e></tree>', {1: "a"}),
        ('<tree name="channels"><e name="1">&#10;\n</e></tree>', {}),
    ],
)
def test_comments_of_others_and_damaged_ones_have_the_names_that_can_be_read(comment, names):
    assert names_in(comment) == names


def test_characters_that_xml_does_not_have_are_left_out():
    assert names_in(comment_of({1: "a\0b\x1fc"})) == {1: "abc"}
