"""The table of a trace view: its lines, its header with the menu of columns, and how lines are drawn."""
