"""Logs and screen output of candump."""
