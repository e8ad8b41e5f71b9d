"""Tests of views use the stage: a session without a bus, and a window over it."""

from tests.support.stage import stage, window

__all__ = ["stage", "window"]
