"""Log files: ASC, BLF, candump, TRC and CSV to batches of frames and back, and the recorder."""

from canmcast_gui.logfile.errors import FileError
from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.info import file_info
from canmcast_gui.logfile.reader import FrameReader, read_batches
from canmcast_gui.logfile.record.options import RecordOptions
from canmcast_gui.logfile.record.recorder import Recorder
from canmcast_gui.logfile.table.layout import TableLayout
from canmcast_gui.logfile.writer import Writer, open_writer, save

__all__ = [
    "FORMATS",
    "FileError",
    "Format",
    "FrameReader",
    "RecordOptions",
    "Recorder",
    "TableLayout",
    "Writer",
    "file_info",
    "open_writer",
    "read_batches",
    "save",
]
