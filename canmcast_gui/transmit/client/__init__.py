"""The program's side of the transmit process: sends commands to it and reads its events."""
