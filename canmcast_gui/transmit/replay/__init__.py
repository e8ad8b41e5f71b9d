"""Replay: sends the frames of a recording or log file again, at their own times."""
