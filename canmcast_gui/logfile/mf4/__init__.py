"""ASAM MDF 4 with bus logging: frames in channel groups of CAN_DataFrame, CAN_RemoteFrame, CAN_ErrorFrame.

Format: ASAM MDF 4.1 and its associated standard on bus logging; facts after asammdf and files of loggers.
Read by columns, a piece of the data at a time, whether the groups are sorted or not and finished or not.
"""
