"""PEAK TRC files."""
