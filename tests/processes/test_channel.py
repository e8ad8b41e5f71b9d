"""Messages between processes: whole, in order, and without blocking."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.processes.channel import Channel, wait_for


@pytest.fixture
def ends():
    one, other = (Channel(end) for end in socket.socketpair())
    yield one, other
    one.close()
    other.close()


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_messages_arrive_whole_and_in_order(messages):
    one, other = (Channel(end) for end in socket.socketpair())
    for message in messages:
        one.send(message)
    assert other.receive() == messages
    one.close()
    other.close()


def test_more_than_the_socket_holds_is_kept_and_sent_later(ends):
    one, other = ends
    large = [bytes([n]) * 3_000_000 for n in range(3)]
    for message in large:
        one.send(message)
    assert one.pending > 0
    assert not one.flush()
    received = []
    while len(received) < 3:
        received += other.receive()
        one.flush()
    assert received == large
    assert one.pending == 0


def test_flush_ends_at_its_time_limit(ends):
    one, _ = ends
    one.send(bytes(5_000_000))
    assert not one.flush(timeout=0.01)


def test_messages_sent_before_the_other_end_closed_are_received(ends):
    one, other = ends
    one.send(b"last message")
    one.close()
    assert wait_for(other.fileno(), 1)
    assert other.receive() == [b"last message"]
    assert other.closed
    other.send(b"too late")
    assert other.pending == 0


def test_sending_to_a_closed_end_closes_this_one(ends):
    one, other = ends
    other.close()
    one.send(b"x")
    one.send(b"y")
    assert one.closed
