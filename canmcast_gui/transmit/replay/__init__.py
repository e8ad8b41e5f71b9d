"""Recordings, sent again."""
