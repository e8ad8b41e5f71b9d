"""The transmit table and the controllers for jobs, sequences, replay and fuzzing."""
