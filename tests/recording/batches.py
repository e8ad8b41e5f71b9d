"""Batches of any frames for these tests, and how two of them are compared."""

from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from tests.support.messages import messages


def batches(max_size: int = 20) -> st.SearchStrategy[FrameBatch]:
    """A batch of any valid frames."""
    return st.lists(messages(), max_size=max_size).map(FrameBatch.from_messages)


def frames(batch: FrameBatch) -> list[tuple]:
    """Each frame as plain values with its whole payload, for comparing."""
    fields = ("timestamp_ns", "arbitration_id", "flags", "source", "channel", "dlc", "length")
    columns = [batch.records[name].tolist() for name in fields]
    payloads = [batch.payload(row) for row in range(len(batch))]
    return list(zip(*columns, payloads, strict=True))
