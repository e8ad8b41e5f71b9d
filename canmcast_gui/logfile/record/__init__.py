"""The recorder: writes frames to log files as they arrive, split by size or time, or around triggers.

The program has a ``Recorder``, which feeds a separate process (``process.py``) through a pipe.
"""
