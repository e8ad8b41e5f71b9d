"""States of the gallery: several channels, the dialog that sets them up, and the gateway between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.session import SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.frames import FrameBatch
from canmcast_gui.gateway.rules import ByteChange, Rule, RuleSet
from installer.screenshots import settle, wait

if TYPE_CHECKING:
    from installer.gallery import Stage

    State = Callable[[Stage], QWidget]

NATIVE = (
    "powertrain=multicast:239.74.163.2,local=true,port=43291",
    "body=multicast:239.74.163.3,local=true,port=43292",
)
ALL_KINDS = (
    *NATIVE,
    "trailer=slcan:/dev/ttyACM0,bitrate=500000",
    "dronecan:1,local=true",
    "socketcan:can0,fd=true",
)
RULES = RuleSet(
    (
        Rule("Diagnostics", "powertrain", "body", "id in 0x700..0x7FF"),
        Rule("Speed, changed", "powertrain", "body", "id == 0x100", id=0x180, data=(ByteChange(0, 0x55),)),
        Rule("Slowly", "body", "powertrain", rate_limit=10.0, delay_ms=5.0),
    )
)


def two_channels(stage: Stage, texts: tuple[str, ...] = NATIVE) -> QWidget:
    """The window on channels, with frames of the first two."""
    stage.close_dialogs()
    session = stage.session
    session.bus.open(Measurement.of(parse_channels(texts)))
    wait(lambda: session.state is SessionState.LIVE, "the channels")
    session.transmit.switch.set(True)
    for number in range(30):
        channel = 1 + number % 2
        session.transmit.jobs.send_frames(
            FrameBatch.from_columns(0, 0x100 * channel, [[number]], channel=channel)
        )
    settle(0.6)
    stage.window.panel.set_mode("chronological")
    return stage.window


def a_channel_that_fails(stage: Stage) -> QWidget:
    """Two channels that work, and one whose interface is missing."""
    return two_channels(stage, (*NATIVE, "lab=socketcan:nosuch0"))


def channel_dialog(stage: Stage) -> QWidget:
    """The dialog with channels of several kinds."""
    stage.close_dialogs()
    stage.settings.recent_buses.set((Measurement.of(parse_channels(ALL_KINDS)),))
    stage.window.bus.ask()
    dialog = stage.dialog()
    stage.settings.recent_buses.set(())
    return dialog


def gateway(stage: Stage) -> QWidget:
    """The panel with rules, while it runs."""
    two_channels(stage)
    control = stage.session.gateway
    control.set_rules(RULES)
    stage.window.docks.docks["gateway"].bring_forward()
    control.start()
    settle(0.8)
    return stage.window


CHANNEL_STATES: dict[str, State] = {
    "channels": two_channels,
    "channels-problem": a_channel_that_fails,
    "channels-dialog": channel_dialog,
    "gateway": gateway,
}
