"""Names of channels in candump logs and captures, and names that are known late."""

import can
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer, read_batches


def frames(channels, start=0):
    """One frame for each channel of a list."""
    count = len(channels)
    return FrameBatch.from_columns(
        [(start + row) * 10**6 for row in range(count)], range(1, count + 1), [[0]] * count, channel=channels
    )


def channels_of(path):
    """The channels of the frames of a file, and the names."""
    reader = read_batches(path)
    batches = list(reader)
    return FrameBatch.concatenate(batches).channel.tolist(), dict(reader.channel_names)


def interfaces_of(path):
    """The interfaces of the lines of a log."""
    return [line.split()[1] for line in path.read_text().splitlines()]


def test_interfaces_of_candump_are_names_and_number_channels_as_before(tmp_path):
    path = tmp_path / "log.log"
    lines = ("can0 1#00", "vcan1 2#00", "can0 1#00", "powertrain 3#00", "1#00")
    path.write_text("".join(f"({row}.0) {line}\n" for row, line in enumerate(lines)))
    assert channels_of(path) == ([1, 2, 1, 3, 4], {1: "can0", 2: "vcan1", 3: "powertrain"})


def test_a_direction_as_an_interface_is_not_a_name(tmp_path):
    path = tmp_path / "screen.txt"
    path.write_text("(1.0) RX0 123 [1] 00\n(2.0) TX1 124 [1] 00\n(3.0) RX2 125 [1] 00\n")
    assert channels_of(path) == ([1, 1, 2], {})


def test_names_are_interfaces_of_candump_which_python_can_reads(tmp_path):
    path = tmp_path / "log.log"
    names = {1: "body", 2: "powertrain", 3: "vcan2"}
    with open_writer(path) as writer:
        writer.name_channels(names)
        writer.write(frames([1, 2, 3, 2, 0]))
    assert writer.lost == ["1 frame of unknown channel on channel 1"]
    assert interfaces_of(path) == ["body", "powertrain", "vcan2", "powertrain", "body"]
    assert channels_of(path) == ([1, 2, 3, 2, 1], names)
    with can.CanutilsLogReader(path) as stock:
        assert [message.channel for message in stock] == interfaces_of(path)


def test_a_channel_that_gets_another_number_when_it_is_read_is_counted(tmp_path):
    path = tmp_path / "log.log"
    with open_writer(path) as writer:
        writer.name_channels({1: "body", 2: "powertrain"})
        writer.write(frames([2, 1]))
    assert writer.lost == ["2 channels with another number"]
    assert channels_of(path) == ([1, 2], {1: "powertrain", 2: "body"})


@pytest.mark.parametrize(
    "name",
    ["two words", "a#b", "größe", "longer than fifteen"[:16].replace(" ", "-"), "can0", "RX1", "-x", "a/b"],
)
def test_a_name_that_no_interface_has_is_replaced_and_counted(tmp_path, name):
    path = tmp_path / "log.log"
    with open_writer(path) as writer:
        writer.name_channels({2: name, 7: "not in the file"})
        writer.write(frames([2]))
    assert writer.lost == ["1 channel without name"]
    assert (interfaces_of(path), channels_of(path)[0]) == (["can1"], [2])


def test_of_two_channels_with_one_name_the_first_has_it(tmp_path):
    path = tmp_path / "log.log"
    with open_writer(path) as writer:
        writer.name_channels({1: "body", 2: "body"})
        writer.write(frames([1, 2]))
    assert writer.lost == ["1 channel without name"]
    assert interfaces_of(path) == ["body", "can1"]


def test_a_name_that_comes_after_the_frames_of_its_channel_is_counted(tmp_path):
    path = tmp_path / "log.log"
    with open_writer(path) as writer:
        writer.write(frames([1]))
        writer.name_channels({1: "late", 2: "body2"})
        writer.write(frames([1, 2], start=1))
    assert writer.lost == ["1 channel without name", "1 channel with another number"]
    assert interfaces_of(path) == ["can0", "can0", "body2"]


def test_the_usual_names_of_candump_are_not_lost(tmp_path):
    with open_writer(tmp_path / "log.asc") as writer:
        writer.name_channels({1: "can0", 2: "vcan1"})
        writer.write(frames([1, 2]))
    assert writer.lost == ["1 channel without name"]


@pytest.mark.parametrize("marks", [False, True])
def test_names_that_are_known_late_are_in_mf4_files_that_another_reader_opens(tmp_path, marks):
    from asammdf import MDF

    from canmcast_gui.frames.marks import Mark

    path = tmp_path / "log.mf4"
    with open_writer(path) as writer:
        writer.name_channels({1: "body"})
        writer.write(frames([1]))
        if marks:
            writer.write_mark(Mark(1, 0, "between"))
        writer.name_channels({1: "body", 2: "powertrain"})
        writer.write(frames([2], start=1))
    assert writer.lost == []
    assert channels_of(path) == ([1, 2], {1: "body", 2: "powertrain"})
    with MDF(path) as mdf:
        assert "powertrain" in mdf.header.comment
        assert len(mdf.events) == marks
