"""The CSV layout of python-can."""
