"""What the panel Transmit shows beside its table: the fields of a row and the signals of its payload."""
