"""Signals of a plot: samples, spans, measures."""
