"""The panel Statistics."""
