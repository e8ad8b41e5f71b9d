"""Tables of frames (CSV and other text) of any tool.

Columns are found by their titles, or given by a ``TableLayout``. A library for CSV would read the cells,
but not guess which column is which, in which unit and number base.
"""
