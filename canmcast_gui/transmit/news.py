"""What the transmit process tells: how its jobs are doing, and what could not be sent."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How a periodic job is doing.

    ``sent`` frames since it was armed; ``late`` due times that were missed by more than a period, whether
    their frame left later or not at all; ``finished`` when its count is reached.
    """

    job_id: int
    sent: int
    late: int
    finished: bool


@dataclass(frozen=True, slots=True)
class SendFailed:
    """Frames could not be sent; ``sentence`` says why."""

    sentence: str


TransmitNews = JobStatus | SendFailed
