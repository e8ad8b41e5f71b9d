"""Plots of signals: curves, axes, cursors, export."""
