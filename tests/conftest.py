"""The setup of all tests: a private network if the system permits one, and a check for leaks.

Frames of tests must never leave this host. If the system permits it, the test process moves into a network
namespace with only a loopback interface before it starts threads. Otherwise tests use hop limit 0, and
``network.isolated`` is false.
"""

import os

from hypothesis import HealthCheck, settings

from tests.support.isolation import enter_private_network

PRIVATE_NETWORK_ERROR = enter_private_network()

# Slow examples are not failures. The examples are the same in each run, so that runs can be compared; with
# CANMCAST_SEED (see tests/support/long_runs.py) Hypothesis searches for new ones.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CANMCAST_SEED" not in os.environ,
)
settings.load_profile("any machine")

pytest_plugins = [
    "tests.support.garbage_collection",
    "tests.support.leaks",
    "tests.support.network",
    "tests.support.small_disk",
    "tests.support.spare_interface",
]


def pytest_report_header() -> str:
    """The line about the network at the start of a run."""
    if PRIVATE_NETWORK_ERROR:
        return f"network: no private network here ({PRIVATE_NETWORK_ERROR}); loopback and hop limit 0 instead"
    return "network: private, loopback only"
