"""What every test gets: a private network where the system allows one, and no leftovers allowed.

Frames of tests must never leave this host. Where the system lets us, the test process moves into a network
namespace with nothing but a loopback interface before anything else starts; where it does not, tests use
hop limit 0 and say so in ``network.isolated``.
"""

import os

from hypothesis import HealthCheck, settings

from tests.support.isolation import enter_private_network

PRIVATE_NETWORK_ERROR = enter_private_network()

# A busy machine is no failure. The same examples every time, so that a change is judged by what it changed;
# new ones are searched for where CANMCAST_SEED is set (see tests/support/long_runs.py).
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CANMCAST_SEED" not in os.environ,
)
settings.load_profile("any machine")

pytest_plugins = [
    "tests.support.garbage",
    "tests.support.leftovers",
    "tests.support.network",
    "tests.support.small_disk",
    "tests.support.spare_interface",
]


def pytest_report_header() -> str:
    """Say at the start of a run what the network tests can rely on."""
    if PRIVATE_NETWORK_ERROR:
        return f"network: no private network here ({PRIVATE_NETWORK_ERROR}); loopback and hop limit 0 instead"
    return "network: private, loopback only"
