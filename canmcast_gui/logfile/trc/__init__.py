"""PEAK TRC files, versions 1.0 to 2.1."""
