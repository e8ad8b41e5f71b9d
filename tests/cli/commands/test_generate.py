"""``canmcast generate``: numbered frames, none missing."""

import pytest

from canmcast_gui.cli.commands.generate import numbered_frames
from tests.cli.commands.test_dump import option


def test_a_stock_peer_receives_all_frames(canmcast, stock_peer, bus):
    peer = stock_peer("recv", "--port", option(bus, "--port"), "--count", 500)
    result = canmcast("generate", *bus, "--rate", "2500", "--count", "500", "--ids", "10")
    assert result.returncode == 0
    found = peer.result()
    assert (found["received"], found["missing"]) == (500, 0)
    assert found["ids"] == {f"{0x100 + n:X}": 50 for n in range(10)}


@pytest.mark.parametrize("fd", [False, True])
def test_numbers_are_in_the_first_eight_bytes(fd):
    batch = numbered_frames(998, 1002, ids=1000, fd=fd)
    assert batch.arbitration_id.tolist() == [0x100 + 998, 0x100 + 999, 0x100, 0x101]
    assert [int.from_bytes(batch.payload(row)[:8], "big") for row in range(4)] == [998, 999, 1000, 1001]
    assert {len(batch.payload(row)) for row in range(4)} == {64 if fd else 8}


def test_the_shorter_limit_counts(canmcast, bus):
    result = canmcast("generate", *bus, "--rate", "1000", "--duration", "0.05", "--count", "1000")
    assert "50 frames sent" in result.stderr
