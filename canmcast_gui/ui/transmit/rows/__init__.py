"""The panel Transmit: the table of transmit rows with its actions, and the dialog that adds messages."""
