"""BUSMASTER log files: sessions, each with its date, number base and time mode.

Format: the header lines of the file, and BUSMASTER's sources (LogObjectCAN.cpp, LogObjectJ1939.cpp). Times
are times of day in SYSTEM mode, count from the start of the session in ABSOLUTE mode, and from the frame
before in RELATIVE mode; dates are local time. Sessions of J1939 have other columns.

BUSMASTER writes 14:08:20:4009 with four digits after the last colon, tenths of milliseconds
(FormatMsgCommon.cpp: "%02d:%02d:%02d:%04d"); its converters omit leading zeros of hours, minutes and seconds.
SavvyCAN (framefileio.cpp) writes milliseconds: three digits, in older versions one to three, by Qt's
"h:m:s:z": a number without leading zeros in Qt 5, decimals without trailing zeros in Qt 6.
"""
