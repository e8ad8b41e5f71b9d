"""Reads and writes the log files of many tools as batches of frames, and records frames as they arrive.

``FORMATS`` is the table of formats, each a ``Format``. ``open_reader`` reads one file or several as a
``Reader``; ``read_batches`` reads one file. ``open_writer`` and ``save`` write in the format of the suffix,
``file_info`` summarizes a file, ``TableLayout`` describes tables without titles. ``Recorder`` with
``RecordOptions`` writes in a separate process. ``FileError`` says why a file cannot be read or written. May
import ``processes`` and ``frames``.
"""

from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.problems import FileError
from canmcast_gui.logfile.reading import ORDERS, FrameReader, LogPart, Order, Reader, open_reader
from canmcast_gui.logfile.reading.info import FileInfo, file_info
from canmcast_gui.logfile.reading.reader import read_batches
from canmcast_gui.logfile.record.options import RecordOptions
from canmcast_gui.logfile.record.recorder import Recorder
from canmcast_gui.logfile.table.layout import TableLayout
from canmcast_gui.logfile.writing.writer import Writer, open_writer, save

__all__ = [
    "FORMATS",
    "ORDERS",
    "FileError",
    "FileInfo",
    "Format",
    "FrameReader",
    "LogPart",
    "Order",
    "Reader",
    "RecordOptions",
    "Recorder",
    "TableLayout",
    "Writer",
    "file_info",
    "open_reader",
    "open_writer",
    "read_batches",
    "save",
]
