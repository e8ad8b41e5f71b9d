"""Transmit processes on a bus of this computer, and a receiver."""

from contextlib import closing

import pytest

from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.transmit.stage import RECEIVER, SENDER


@pytest.fixture
def settings(network) -> BusSettings:
    return BusSettings.this_computer(port=network.free_port())


@pytest.fixture
def transmitter(settings):
    with Transmitter(SENDER, settings.to_dict()) as transmitter:
        yield transmitter


@pytest.fixture
def receiver(settings):
    with closing(Receiver(settings)) as receiver:
        yield receiver


@pytest.fixture
def pair(settings):
    """A transmitter that can receive, and another node."""
    with (
        Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter,
        Transmitter(SENDER, settings.to_dict()) as other,
    ):
        yield transmitter, other
