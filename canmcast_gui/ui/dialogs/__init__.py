"""Dialogs for files, recording and limits."""
