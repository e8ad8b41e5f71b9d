"""A network interface that a test may bring down, remove and create again."""

from collections.abc import Iterator
from contextlib import suppress
from subprocess import CalledProcessError

import pytest

from tests.support.hosts import run
from tests.support.network import Network

NAME, FAR_END = "cmspare", "cmfar"


class SpareInterface:
    """An interface of the private network, which also receives the frames that are sent on it."""

    name = NAME

    def __init__(self, by_route: bool = False) -> None:
        """``by_route`` adds routes over it for the multicast groups of tests."""
        self._by_route = by_route
        self.create()

    def create(self) -> None:
        """Create it and bring it up."""
        run(f"ip link add {NAME} type veth peer name {FAR_END}")
        run(f"ip link set {FAR_END} up")
        run(f"ip addr add 10.98.0.1/24 dev {NAME}")
        self.up()

    def up(self) -> None:
        """Bring it up, with addresses and routes: the kernel has removed those of IPv6."""
        run(f"ip link set {NAME} up")
        run(f"ip -6 addr replace fd00:98::1/64 dev {NAME} nodad")
        if self._by_route:
            run(f"ip route replace 239.74.0.0/16 dev {NAME}")
            run(f"ip -6 route replace multicast ff15::/16 dev {NAME} table local metric 1")

    def block_route(self) -> None:
        """Block the routes of the groups of tests until ``up``."""
        run("ip route replace unreachable 239.74.0.0/16")
        run("ip -6 route replace unreachable ff15::/16 table local metric 1")

    def plug(self, state: str) -> None:
        """Bring the other end of its cable "up" or "down"."""
        run(f"ip link set {FAR_END} {state}")

    def forget_routes(self) -> None:
        """Remove the routes of block_route()."""
        run("ip route del unreachable 239.74.0.0/16")
        run("ip -6 route del unreachable ff15::/16 table local")

    def down(self) -> None:
        """Bring it down."""
        run(f"ip link set {NAME} down")

    def remove(self) -> None:
        """Remove it."""
        run(f"ip link del {NAME}")


@pytest.fixture
def spare_interface(network: Network) -> Iterator[SpareInterface]:
    """An interface for the settings of a bus."""
    yield from _spare(network, by_route=False)


@pytest.fixture
def routed_interface(network: Network) -> Iterator[SpareInterface]:
    """An interface over which the system's routes to the default groups go."""
    yield from _spare(network, by_route=True)


def _spare(network: Network, by_route: bool) -> Iterator[SpareInterface]:
    if not network.isolated:
        pytest.skip("needs a private network")
    interface = SpareInterface(by_route)
    yield interface
    for clean_up in (interface.remove, interface.forget_routes):
        with suppress(CalledProcessError):  # the test has removed them
            clean_up()
