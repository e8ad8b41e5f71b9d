"""The gateway of the session: runs between the channels of the open bus, by rules that users edit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.control import BusControl
from canmcast_gui.app.document.databases import Databases
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.app.transmit.transmit_link import SWITCHED_OFF, TransmitLink
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames.errors import UserError
from canmcast_gui.gateway.client import Gateway
from canmcast_gui.gateway.counters import GatewayReport
from canmcast_gui.gateway.rules import Rule, RuleSet
from canmcast_gui.gateway.rules_file import read_rules
from canmcast_gui.gateway.rules_text import rules_text
from canmcast_gui.gateway.shared import shared_drivers

# Of messages about the gateway.
TOPIC = "gateway"
POLL_MS = 250

NO_BUS = "Connect to at least two channels first (F5): the gateway forwards frames between them."
ONE_CHANNEL = "Only one channel is open. Add a second one (F5): the gateway forwards frames between channels."
ENDED_BY_SWITCH = "The gateway was stopped: Transmit was switched off."


class GatewayControl(QObject):
    """Starts and stops the gateway, and has its rules, which live longer than a bus.

    ``report`` are the counters of the run, or of the last one. ``changed`` is emitted when the rules or the
    state are different, ``counted`` with new counters. Starting takes a moment, as the gateway opens channels
    of its own; ``is_starting`` is true then. It is stopped when the bus closes and when the main switch goes
    off.
    """

    changed = Signal()
    counted = Signal()

    def __init__(
        self,
        bus: BusControl,
        link: TransmitLink,
        databases: Databases,
        tasks: TaskPool,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.rules = RuleSet()
        self.report = GatewayReport()
        self._bus = bus
        self._link = link
        self._databases = databases
        self._tasks = tasks
        self._messages = messages
        self._gateway: Gateway | None = None
        self._starting: Task | None = None
        self._channels: tuple[ChannelSettings, ...] = ()
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        link.changed.connect(self._on_link)
        link.switch.changed.connect(self._on_switched)

    # -- the state ---------------------------------------------------------------------------------------

    @property
    def channels(self) -> tuple[ChannelSettings, ...]:
        """The channels of the open bus; none without one."""
        return self._link.settings.enabled if self._link.settings is not None else ()

    @property
    def is_running(self) -> bool:
        """Whether it forwards."""
        return self._gateway is not None

    @property
    def is_starting(self) -> bool:
        """Whether it opens its channels."""
        return self._starting is not None

    @property
    def obstacle(self) -> str:
        """Why it cannot be started, as a message; "" if it can."""
        if len(self.channels) < 2:
            return ONE_CHANNEL if self.channels else NO_BUS
        return "" if self._link.switch.on else SWITCHED_OFF

    # -- rules -------------------------------------------------------------------------------------------

    def set_rules(self, rules: RuleSet) -> None:
        """Use other rules; a gateway that runs starts again with them, and counts from zero."""
        if rules == self.rules:
            return
        self.rules = rules
        if self.is_running or self.is_starting:
            self._end()
            self.start()
        else:
            self.report = GatewayReport()
        self.changed.emit()

    def reset(self, rules: RuleSet) -> None:
        """End it, and use other rules."""
        self.close()
        self.set_rules(rules)

    def replace_rule(self, position: int, rule: Rule) -> None:
        """Change one rule."""
        rules = list(self.rules.rules)
        rules[position] = rule
        self._set_list(rules)

    def insert_rule(self, position: int, rule: Rule) -> None:
        """Add a rule at a position."""
        rules = list(self.rules.rules)
        rules.insert(position, rule)
        self._set_list(rules)

    def remove_rule(self, position: int) -> None:
        """Remove one rule."""
        rules = list(self.rules.rules)
        del rules[position]
        self._set_list(rules)

    def move_rule(self, position: int, step: int) -> None:
        """Move a rule up (-1) or down (1), if there is room."""
        rules = list(self.rules.rules)
        if 0 <= position + step < len(rules):
            rules.insert(position + step, rules.pop(position))
            self._set_list(rules)

    def _set_list(self, rules: list[Rule]) -> None:
        self.set_rules(replace(self.rules, rules=tuple(rules)))

    def load(self, path: Path) -> None:
        """Read the rules of a file; a message says in which line it is wrong."""
        try:
            rules = read_rules(path)
        except (UserError, OSError) as error:
            self._messages.error(f"The rules were not loaded: {error}", TOPIC)
            return
        self._messages.end(TOPIC)
        self.set_rules(rules)

    def save(self, path: Path) -> None:
        """Write the rules to a file; a message says why that failed."""
        try:
            path.write_text(rules_text(self.rules), encoding="utf-8")
        except OSError as error:
            self._messages.error(f"The rules were not saved: {error}", TOPIC)

    # -- start and stop ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Forward from now on; a message says why that is not possible."""
        if self.is_running or self.is_starting:
            return
        self._messages.end(TOPIC)
        if self.obstacle:
            self._messages.warning(self.obstacle, TOPIC)
            return
        channels, rules = self.channels, self._rules_with_databases()
        shared = shared_drivers(channels, self._bus.captures)
        self._channels = channels
        self.report = GatewayReport()
        self._starting = task = self._tasks.make(
            "Starting the gateway", lambda _report: Gateway(channels, rules, shared)
        )
        task.finished.connect(lambda gateway: self._on_started(task, gateway))
        task.failed.connect(lambda text: self._on_failed(task, text))
        task.canceled.connect(Gateway.shutdown)
        task.start()
        self.changed.emit()

    def _rules_with_databases(self) -> RuleSet:
        """The rules; where they name no databases, those of the session describe messages."""
        if self.rules.databases:
            return self.rules
        return replace(self.rules, databases=tuple(str(each.path) for each in self._databases.loaded))

    def _on_started(self, task: Task, gateway: Gateway) -> None:
        if task is not self._starting:
            gateway.shutdown()
            return
        self._starting = None
        self._gateway = gateway
        self._timer.start()
        self._poll()
        self.changed.emit()

    def _on_failed(self, task: Task, text: str) -> None:
        if task is self._starting:
            self._starting = None
            self._messages.error(f"The gateway cannot be started: {text}", TOPIC)
            self.changed.emit()

    def stop(self) -> None:
        """End it; what has arrived is still forwarded, and the counters are then complete."""
        gateway = self._gateway
        self._end_starting()
        if gateway is None:
            return
        self._gateway = None
        self._timer.stop()
        task = self._tasks.make("Stopping the gateway", lambda _report: gateway.stop(), is_quiet=True)
        task.finished.connect(lambda notes: self._on_stopped(gateway, notes))
        task.start()
        self.changed.emit()

    def _on_stopped(self, gateway: Gateway, notes: list[str]) -> None:
        self._post(notes)
        if not (self.is_running or self.is_starting):
            self.report = gateway.report
            self.counted.emit()

    def close(self) -> None:
        """End it at once."""
        if self.is_running or self.is_starting:
            self._end()
            self.changed.emit()

    def _end(self) -> None:
        self._timer.stop()
        self._end_starting()
        if self._gateway is not None:
            self._gateway.shutdown()
            self._gateway = None

    def _end_starting(self) -> None:
        if self._starting is not None:
            self._starting.cancel()
            self._starting = None
            self.changed.emit()

    def _on_link(self) -> None:
        if (self.is_running or self.is_starting) and self.channels != self._channels:
            self._end()
        self.changed.emit()

    def _on_switched(self, on: bool) -> None:
        if not on and (self.is_running or self.is_starting):
            self._end()
            self._messages.warning(ENDED_BY_SWITCH, TOPIC)
        self.changed.emit()

    # -- counters ----------------------------------------------------------------------------------------

    def _poll(self) -> None:
        if self._gateway is not None:
            self._post(self._gateway.poll())
            self.report = self._gateway.report
            self.counted.emit()

    def _post(self, notes: list[str]) -> None:
        for note in notes:
            self._messages.warning(note, TOPIC)
