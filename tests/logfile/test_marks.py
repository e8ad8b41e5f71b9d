"""Marks: limited in number and length, written at their rows, and counted where a format has none."""

from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import open_writer, read_batches, save
from canmcast_gui.logfile.formats import FORMATS
from canmcast_gui.logfile.interfaces import Marks, MarkSink
from canmcast_gui.logfile.writing.writer import Writer, open_sink
from tests.logfile.frames import small_batch


class ListSink:
    """A sink that lists frames and marks in the order in which they are written."""

    def __init__(self, file, path) -> None:
        self.file = file
        self.entries: list[object] = []

    def write(self, batch) -> None:
        self.entries += batch.arbitration_id.tolist()

    def write_mark(self, mark: Mark) -> None:
        self.entries.append(mark.text)

    def flush(self) -> None:
        pass

    def finish(self) -> None:
        self.file.close()


def entries(tmp_path, work) -> tuple[Writer, list[object]]:
    sinks: list[ListSink] = []

    def sink(file, path) -> ListSink:
        sinks.append(ListSink(file, path))
        return sinks[-1]

    kind = FORMATS[0].__class__("x", "X", (".x",), sink=sink, holds_marks=True)
    with Writer(tmp_path / "log.x", kind) as writer:
        work(writer)
    return writer, sinks[0].entries


def test_marks_precede_the_frames_of_their_rows(tmp_path):
    def work(writer):
        for row, text in ((0, "begin"), (3, "three"), (3, "again"), (5, "five"), (9, "beyond")):
            writer.write_mark(Mark(row, 0, text))
        writer.write(small_batch(5)[:4])
        writer.write(small_batch(6)[4:])

    writer, found = entries(tmp_path, work)
    texts = [(place, entry) for place, entry in enumerate(found) if isinstance(entry, str)]
    assert texts == [(0, "begin"), (4, "three"), (5, "again"), (8, "five"), (10, "beyond")]
    assert [entry for entry in found if isinstance(entry, int)] == [0x100 + row for row in range(6)]
    assert (writer.frames, writer.marks, writer.marks_left_out) == (6, 5, 0)


def test_a_mark_for_an_earlier_row_is_written_at_once(tmp_path):
    def work(writer):
        writer.write(small_batch(2))
        writer.write_mark(Mark(0, 0, "late"))
        writer.write(small_batch(1))

    assert entries(tmp_path, work)[1] == [0x100, 0x101, "late", 0x100]


def test_a_format_without_marks_counts_them(tmp_path):
    path = tmp_path / "log.csv"
    with open_writer(path) as writer:
        writer.write_mark(Mark(1, 0, "lost"))
        writer.write(small_batch(3))
    assert (writer.marks, writer.marks_left_out) == (0, 1)
    assert save(path, [small_batch(3)], marks=[Mark(0, 0, "lost")]) == 3


def test_formats_say_whether_they_hold_marks(tmp_path):
    for one in FORMATS:
        if one.can_write:
            path = tmp_path / f"log{one.suffixes[0]}"
            sink, _ = open_sink(one, path, path)
            sink.finish()
            assert isinstance(sink, MarkSink) == one.holds_marks, one.name


def test_marks_are_bounded_in_number_and_length():
    marks = Marks()
    for number in range(10_010):
        marks.add(number, 0, "x" * 2000)
    assert (marks.count, len(marks.kept), len(marks.kept[0].text)) == (10_010, 10_000, 1000)


def test_the_plain_csv_keeps_the_rows_of_marks(tmp_path):
    path = tmp_path / "log.plain.csv"
    marks = [Mark(0, 0, "first"), Mark(3, 0, "two\nlines"), Mark(5, 0, "last")]
    save(path, [small_batch(5)], marks=marks)
    reader = read_batches(path)
    assert reader.format.name == "csv-plain"
    batch = next(iter(reader))
    assert [(mark.row, mark.text) for mark in reader.marks] == [(0, "first"), (3, "two lines"), (5, "last")]
    assert reader.marks[1].timestamp_ns == batch.timestamp_ns[3]
    assert reader.skipped == 0
    first = path.read_bytes()
    save(path, [batch], marks=reader.marks)
    assert path.read_bytes() == first
