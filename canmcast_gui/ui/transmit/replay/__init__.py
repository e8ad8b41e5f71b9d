"""The panel Replay."""
