"""The Qt item model of the transmit rows: ``model``, its ``columns``, and the ``edits`` of its undo stack."""
