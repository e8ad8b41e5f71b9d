"""Units of time, and the limits that hold in every package."""

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_SECOND = 1_000_000_000
NS_PER_MINUTE = 60 * NS_PER_SECOND
NS_PER_HOUR = 60 * NS_PER_MINUTE
NS_PER_DAY = 24 * NS_PER_HOUR

# ISO 11898-1: ids of 11 and of 29 bits.
MAX_STANDARD_ID = 0x7FF
MAX_EXTENDED_ID = 0x1FFFFFFF

# linux/can.h: flags in the 32-bit id of SocketCAN.
SOCKETCAN_EXTENDED_FLAG = 0x80000000
SOCKETCAN_REMOTE_FLAG = 0x40000000
SOCKETCAN_ERROR_FLAG = 0x20000000

# The shortest frame takes about 50 µs on a classic bus of 1 Mbit/s, so that no message has a shorter period.
MIN_PERIOD_NS = 100 * NS_PER_US
# Of transmit rows, jobs, delays and random frames. Longer ones are mistakes in the unit.
MAX_PERIOD_NS = NS_PER_DAY
