"""ASAM MDF 4 with bus logging: frames in channel groups of CAN_DataFrame, CAN_RemoteFrame, CAN_ErrorFrame.

Format: ASAM MDF 4.1 and its associated standard on bus logging; facts after asammdf and files of loggers.
Read by columns, a piece of the data at a time, whether the groups are sorted or not and finished or not.

python-can reads and writes these files through asammdf. Ours is 67 times as fast for reading and 2,200 times
for writing (resources/handbook/figures.md), needs memory for a piece of a file only, and reads files that a
logger did not finish. asammdf, an extra, exports signals (see ``database.tables``), where this reader has no
part.
"""
