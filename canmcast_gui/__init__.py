"""A desktop monitor and transmitter for CAN and CAN FD over UDP multicast."""

__version__ = "0.1.0"
