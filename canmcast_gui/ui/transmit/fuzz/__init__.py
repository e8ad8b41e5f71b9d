"""The panel Fuzz."""
