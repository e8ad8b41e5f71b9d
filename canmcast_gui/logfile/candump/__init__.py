"""Logs and screen output of can-utils' candump, and files of other tools in these formats."""
