"""The panel Sequences."""
