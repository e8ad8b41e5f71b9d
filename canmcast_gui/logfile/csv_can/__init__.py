"""The CSV of python-can."""
