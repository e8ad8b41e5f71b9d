"""Docks for panels, and the panels for signals, hosts, gauges and statistics.

The panels for plots and for transmission are in ``ui.plot`` and ``ui.transmit``.
"""
