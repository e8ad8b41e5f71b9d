"""Connecting to a bus: the dialog, its form, and the bar in the toolbar."""
