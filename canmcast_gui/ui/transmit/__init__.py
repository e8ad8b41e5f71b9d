"""What sends: the transmit list, sequences, replay, fuzz."""
