"""ASAM MDF 4 with bus logging: frames in channel groups of CAN_DataFrame, CAN_RemoteFrame, CAN_ErrorFrame.

Format: ASAM MDF 4.1 and its associated standard on bus logging; facts from asammdf and files of loggers.
Files are read as columns, a piece of the data at a time, sorted or not, complete or not.

python-can reads and writes these files with asammdf. Our reader is 67 times as fast, our writer 2,200 times
(resources/handbook/figures.md); both need memory for a piece of a file only, and the reader reads files that
a logger did not complete. asammdf, an extra, is used to export signals to MF4 only (``database.export``).
"""
