"""Notes: kept by number and length, written where they belong, and counted where a format has no place."""

from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import open_writer, read_batches, save
from canmcast_gui.logfile.formats import FORMATS
from canmcast_gui.logfile.interfaces import Notes, NotingSink
from canmcast_gui.logfile.writing.writer import Writer
from tests.logfile.frames import small_batch


class Log:
    """A sink that remembers what came in which order."""

    def __init__(self, file, path) -> None:
        self.file = file
        self.entries: list[object] = []

    def write(self, batch) -> None:
        self.entries += batch.arbitration_id.tolist()

    def note(self, note: Mark) -> None:
        self.entries.append(note.text)

    def flush(self) -> None:
        pass

    def finish(self) -> None:
        self.file.close()


def entries(tmp_path, work) -> tuple[Writer, list[object]]:
    kind = FORMATS[0].__class__("x", "X", (".x",), sink=Log, holds_notes=True)
    with Writer(tmp_path / "log.x", kind) as writer:
        work(writer)
    return writer, writer._sink.entries


def test_notes_stand_before_the_frames_of_their_rows(tmp_path):
    def work(writer):
        for row, text in ((0, "begin"), (3, "three"), (3, "again"), (5, "five"), (9, "beyond")):
            writer.note(Mark(row, 0, text))
        writer.write(small_batch(5)[:4])
        writer.write(small_batch(6)[4:])

    writer, found = entries(tmp_path, work)
    texts = [(place, entry) for place, entry in enumerate(found) if isinstance(entry, str)]
    assert texts == [(0, "begin"), (4, "three"), (5, "again"), (8, "five"), (10, "beyond")]
    assert [entry for entry in found if isinstance(entry, int)] == [0x100 + row for row in range(6)]
    assert (writer.frames, writer.notes, writer.notes_left_out) == (6, 5, 0)


def test_a_note_for_a_row_that_is_past_comes_at_once(tmp_path):
    def work(writer):
        writer.write(small_batch(2))
        writer.note(Mark(0, 0, "late"))
        writer.write(small_batch(1))

    assert entries(tmp_path, work)[1] == [0x100, 0x101, "late", 0x100]


def test_a_format_without_a_place_for_notes_counts_them(tmp_path):
    path = tmp_path / "log.csv"
    with open_writer(path) as writer:
        writer.note(Mark(1, 0, "lost"))
        writer.write(small_batch(3))
    assert (writer.notes, writer.notes_left_out) == (0, 1)
    assert save(path, [small_batch(3)], notes=[Mark(0, 0, "lost")]) == 3


def test_formats_say_whether_they_hold_notes(tmp_path):
    for one in FORMATS:
        if one.can_write:
            with open_writer(tmp_path / f"log{one.suffixes[0]}", one.name) as writer:
                assert isinstance(writer._sink, NotingSink) == one.holds_notes, one.name


def test_notes_are_bounded_in_number_and_length():
    notes = Notes()
    for number in range(10_010):
        notes.add(number, 0, "x" * 2000)
    assert (notes.count, len(notes.kept), len(notes.kept[0].text)) == (10_010, 10_000, 1000)


def test_the_plain_csv_keeps_notes_where_they_stand(tmp_path):
    path = tmp_path / "log.plain.csv"
    notes = [Mark(0, 0, "first"), Mark(3, 0, "two\nlines"), Mark(5, 0, "last")]
    save(path, [small_batch(5)], notes=notes)
    reader = read_batches(path)
    assert reader.format.name == "csv-plain"
    batch = next(iter(reader))
    assert [(note.row, note.text) for note in reader.notes] == [(0, "first"), (3, "two lines"), (5, "last")]
    assert reader.notes[1].timestamp_ns == batch.timestamp_ns[3]
    assert reader.skipped == 0
    first = path.read_bytes()
    save(path, [batch], notes=reader.notes)
    assert path.read_bytes() == first
