"""The panels Transmit, Replay, Sequences and Fuzz."""
