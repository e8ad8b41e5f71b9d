"""Frames that nobody would think of."""
