"""The transmit list's model, and sequences, replays and fuzzes as the window sees them."""
