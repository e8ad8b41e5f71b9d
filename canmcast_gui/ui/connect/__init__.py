"""Connecting to a bus: the dialog for its settings, and the button of the tool bar that shows its state."""
