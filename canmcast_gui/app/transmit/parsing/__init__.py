"""Reads what users type: cells of transmit rows, payload generators, triggers and filters, sequences.

``RowError`` of ``row`` says what is wrong. Uses no Qt.
"""
