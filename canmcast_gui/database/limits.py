"""How large parts of a database may be: parsers prepare as much memory as a file says."""

# Transport protocols carry up to 4,095 bytes under one name; more than that is a slip.
MOST_BYTES = 4096
MOST_BITS = 8 * MOST_BYTES

# cantools prepares every combination of multiplexers' numbers beforehand, and looks through all signals of a
# multiplexer for each of its numbers.
MOST_COMBINATIONS = 100_000
MOST_STEPS = 50_000_000
# One line of a file may be a signal of many messages: of a range of ids, or of frames that share a PDU.
MOST_SIGNALS = 200_000
# It writes a digit for each bit of each signal of a message.
MOST_SIGNAL_BITS = 4_000_000
