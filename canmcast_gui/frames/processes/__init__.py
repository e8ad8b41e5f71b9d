"""Processes of our own beside the main one: how they are started, talked to, watched and ended.

The capture and the transmit process both stand on this. It needs the standard library only, and each side
imports just its own modules (``supervised`` here, ``parent`` there), so that such a process starts quickly.
"""
