"""A network interface that a test may take down, remove and make again."""

from collections.abc import Iterator
from contextlib import suppress
from subprocess import CalledProcessError

import pytest

from tests.support.hosts import run
from tests.support.network import Network

NAME, FAR_END = "cmspare", "cmfar"


class SpareInterface:
    """An interface of this private network alone; what is sent on it is heard on it."""

    name = NAME

    def __init__(self, by_route: bool = False) -> None:
        """``by_route`` leads the multicast groups of tests over it."""
        self._by_route = by_route
        self.make()

    def make(self) -> None:
        """Make it and bring it up."""
        run(f"ip link add {NAME} type veth peer name {FAR_END}")
        run(f"ip link set {FAR_END} up")
        run(f"ip addr add 10.98.0.1/24 dev {NAME}")
        self.up()

    def up(self) -> None:
        """Bring it up; the kernel takes addresses and routes of IPv6 away when it goes down."""
        run(f"ip link set {NAME} up")
        run(f"ip -6 addr replace fd00:98::1/64 dev {NAME} nodad")
        if self._by_route:
            run(f"ip route replace 239.74.0.0/16 dev {NAME}")
            run(f"ip -6 route replace multicast ff15::/16 dev {NAME} table local metric 1")

    def block_route(self) -> None:
        """Have no route for the groups of tests, until ``up``."""
        run("ip route replace unreachable 239.74.0.0/16")
        run("ip -6 route replace unreachable ff15::/16 table local metric 1")

    def plug(self, state: str) -> None:
        """Take the other end of its cable "up" or "down"."""
        run(f"ip link set {FAR_END} {state}")

    def forget_routes(self) -> None:
        """Remove what block_route() has left."""
        run("ip route del unreachable 239.74.0.0/16")
        run("ip -6 route del unreachable ff15::/16 table local")

    def down(self) -> None:
        """Take it down."""
        run(f"ip link set {NAME} down")

    def remove(self) -> None:
        """Remove it."""
        run(f"ip link del {NAME}")


@pytest.fixture
def spare_interface(network: Network) -> Iterator[SpareInterface]:
    """An interface to be named in the settings of a bus."""
    yield from _spare(network, by_route=False)


@pytest.fixture
def routed_interface(network: Network) -> Iterator[SpareInterface]:
    """An interface that the system's routes name for the default groups."""
    yield from _spare(network, by_route=True)


def _spare(network: Network, by_route: bool) -> Iterator[SpareInterface]:
    if not network.isolated:
        pytest.skip("needs a private network")
    interface = SpareInterface(by_route)
    yield interface
    for clean_up in (interface.remove, interface.forget_routes):
        with suppress(CalledProcessError):  # the test has removed it
            clean_up()
