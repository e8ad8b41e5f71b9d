"""Dialogs that several commands use: files, log formats, limits, recording, merging, table layouts, problems.

Each dialog is modal to the window, frees itself when it closes, and emits ``chosen`` when it is accepted.
"""
