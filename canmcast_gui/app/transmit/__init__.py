"""What the program sends: transmit rows and their jobs, sequences, replay and fuzz runs, and their setups."""
