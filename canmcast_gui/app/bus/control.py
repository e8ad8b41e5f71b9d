"""The bus of the session: one at a time, opened and closed beside the window, with or without the demo."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.channel_state import ChannelState
from canmcast_gui.app.bus.live import SUPERVISE_MS, LiveBus
from canmcast_gui.app.bus.load import ChannelLoad, ChannelRates, load_of
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.report import SessionTotals
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.channels.losses import Loss
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.processes import ChannelProcesses
from canmcast_gui.demo.process import DemoProcess
from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.recording import RateMeter
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.statistics import SourceCounts

# Of messages about the bus.
TOPIC = "bus"


class BusState(Enum):
    """Whether a bus is open."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    LIVE = "live"


class BusControl(QObject):
    """Opens and closes the bus, whose processes start in the background.

    ``settings`` are those of the open bus or of the last one, None before the first. ``is_demo_bus`` is
    whether that is the bus of the demonstration. ``rates`` measures what arrives. ``warning`` carries a
    message about a process of the bus that was restarted or failed.
    """

    state_changed = Signal()
    received = Signal(FrameBatch)
    lost = Signal(Loss)
    transmit_events = Signal(list)
    warning = Signal(str)

    def __init__(
        self,
        tasks: TaskPool,
        messages: Messages,
        sources: Callable[[], SourceTable],
        parent: QObject | None = None,
    ) -> None:
        """``sources`` returns the source table for frames of a bus that has just been opened."""
        super().__init__(parent)
        self.state = BusState.OFFLINE
        self.settings: Measurement | None = None
        self.is_demo_bus = False
        self.rates = RateMeter()
        self._channel_rates = ChannelRates()
        self._tasks = tasks
        self._messages = messages
        self._sources = sources
        self._live: LiveBus | None = None
        self._since = 0.0
        self._opening: Task | None = None
        self._demo: DemoProcess | None = None
        self._past = SessionTotals()
        self._demo_watch = QTimer(self)
        self._demo_watch.setInterval(SUPERVISE_MS)
        self._demo_watch.timeout.connect(self._watch_demo)

    # -- open and close ----------------------------------------------------------------------------------

    @property
    def captures(self) -> tuple[ProcessCapture, ...]:
        """The clients of the capture processes, one for each open channel; none without a bus."""
        return tuple(channel.capture for channel in self._live.channels) if self._live else ()

    @property
    def transmitter(self) -> Transmitter | None:
        """The client of the transmit process while the bus is open."""
        return self._live.transmitter if self._live else None

    @property
    def is_open(self) -> bool:
        """Whether frames can be sent and received."""
        return self._live is not None

    def counts_by_source(self) -> Mapping[Source, SourceCounts]:
        """What each sender of the open bus sent so far; empty without a bus."""
        return self._live.statistics().by_source if self._live else {}

    @property
    def problem(self) -> str | None:
        """Why no frame can arrive from the open bus now, as a clause; None without a problem or a bus."""
        return self._live.problem if self._live else None

    @property
    def problem_label(self) -> str:
        """The channels that have a problem, in a few words; "" if there are none."""
        return ", ".join(state.label for state in self.channel_states() if state.problem)

    def channel_states(self) -> tuple[ChannelState, ...]:
        """What each open channel does; empty without a bus."""
        return self._live.states() if self._live else ()

    @property
    def late(self) -> int:
        """Frames of the open bus that arrived after later ones of other channels were passed on."""
        return self._live.late if self._live else 0

    # -- rates -------------------------------------------------------------------------------------------

    def count(self, batch: FrameBatch) -> None:
        """Measure frames that have just arrived."""
        now_ns, utc_ns = time.monotonic_ns(), time.time_ns()
        self.rates.update(batch, now_ns, utc_ns)
        if self._is_several:
            self._channel_rates.update(batch, now_ns, utc_ns)

    def clear_rates(self) -> None:
        """Forget what was measured."""
        self.rates.clear()
        self._channel_rates.clear()

    def loads(self, now_ns: int, bit_rate: int, data_bit_rate: int) -> list[ChannelLoad]:
        """The load of each open channel; the bit rates are those of channels that have none, in bit/s."""
        usual = (bit_rate, data_bit_rate)
        channels = [channel.settings for channel in self._live.channels] if self._live else []
        if not self._is_several:
            return [load_of(self.rates, channels[0] if channels else None, now_ns, usual)]
        return [load_of(self._channel_rates.meter(each.number), each, now_ns, usual) for each in channels]

    @property
    def _is_several(self) -> bool:
        return self._live is not None and len(self._live.channels) > 1

    @property
    def is_demo(self) -> bool:
        """Whether the demonstration is running."""
        return self._demo is not None

    def demo_units(self) -> Mapping[Source, str]:
        """The control unit of the demonstration that sends from each address; waits until it has started."""
        return demo.units() if (demo := self._demo) else {}

    @property
    def label(self) -> str:
        """The bus in two or three words; empty before the first bus."""
        if self.is_demo:
            return "demonstration"
        return self.settings.label() if self.settings else ""

    def open(self, settings: Measurement) -> None:
        """Close the channels that are open, if any, and open these; a message says why that failed."""
        self.close()
        self.is_demo_bus = False
        self.settings = settings
        self._opening = task = self._tasks.make(
            f"Connecting to {settings.label()}", lambda _report: ChannelProcesses(settings)
        )
        task.finished.connect(self._on_opened)
        task.failed.connect(self._on_failed)
        task.canceled.connect(ChannelProcesses.shutdown)
        self._set_state(BusState.CONNECTING)
        task.start()

    def open_demo(self, settings: BusSettings) -> None:
        """Open a bus of this computer only, and start the demonstration car on it."""
        settings = replace(settings, local=True, hop_limit=0)
        self.open(Measurement.of_bus(settings))
        self.is_demo_bus = True
        try:
            self._demo = DemoProcess(settings)
        except OSError as error:
            self.close()
            self._messages.error(f"The demonstration cannot be started: {error.strerror or error}.", TOPIC)
            return
        self._demo_watch.start()
        self.state_changed.emit()

    def close(self) -> None:
        """Close the bus and keep its counters; nothing happens without a bus."""
        self._end_demo()
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._live is not None:
            seconds = time.monotonic() - self._since
            live, self._live = self._live, None
            self._past = self._past.plus(live.close(), seconds)
            live.deleteLater()
        self._set_state(BusState.OFFLINE)

    def use_sources(self, sources: SourceTable) -> None:
        """Number the sources by another table from now on, that of a new recording."""
        if self._live is not None:
            self._live.use_sources(sources)

    def totals(self) -> SessionTotals:
        """The counters of this bus and of those before it."""
        if self._live is None:
            return self._past
        return self._past.plus(self._live.statistics(), time.monotonic() - self._since)

    def _on_opened(self, processes: ChannelProcesses) -> None:
        self._opening = None
        self._live = LiveBus(processes, self._sources(), self)
        self._live.received.connect(self.received)
        self._live.lost.connect(self.lost)
        self._live.transmit_events.connect(self.transmit_events)
        self._live.warning.connect(self._on_warning)
        self._live.problem_changed.connect(self.state_changed)
        self._since = time.monotonic()
        self._channel_rates.clear()
        self._set_state(BusState.LIVE)

    def _on_failed(self, text: str) -> None:
        self._opening = None
        self._end_demo()
        self._set_state(BusState.OFFLINE)
        self._messages.error(text, TOPIC)

    def _on_warning(self, text: str) -> None:
        self._messages.warning(text, TOPIC)
        self.warning.emit(text)

    def _set_state(self, state: BusState) -> None:
        if state is self.state:
            return
        self.state = state
        if state is BusState.CONNECTING:
            self._messages.end(TOPIC)
        self.state_changed.emit()

    # -- the demonstration -------------------------------------------------------------------------------

    def _watch_demo(self) -> None:
        failure = self._demo.failure() if self._demo else None
        if failure:
            self._end_demo()
            self._messages.warning(failure, TOPIC)
            self.state_changed.emit()

    def _end_demo(self) -> None:
        self._demo_watch.stop()
        if self._demo is not None:
            self._demo.close()
            self._demo = None
