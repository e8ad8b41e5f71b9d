"""Docks for panels, and the panels for signals, hosts, gauges, statistics and databases.

The panels for plots and for transmission are in ``ui.plot`` and ``ui.transmit``.
"""
