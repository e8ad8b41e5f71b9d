"""The Qt item model of the transmit rows: ``row_model``, ``row_columns``, ``row_edits`` (undo)."""
