"""Dialogs of the window: buses, files, limits, recording, merging, table layouts, problems.

Each dialog is modal to the window, frees itself when it closes, and emits ``chosen`` when it is accepted.
"""
