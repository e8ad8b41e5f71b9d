"""The other side of the transmit process: what asks it, and hears its news."""
