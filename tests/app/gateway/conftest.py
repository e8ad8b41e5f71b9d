"""The stage: a session without a bus."""

from tests.support.stage import stage

__all__ = ["stage"]
