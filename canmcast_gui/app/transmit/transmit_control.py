"""What a session sends: its transmit rows, replay, sequences and fuzz run, and the limit for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.event_loop import DisplayClock
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.app.program.tasks import TaskPool
from canmcast_gui.app.transmit.frame_rows import rows_of_frames
from canmcast_gui.app.transmit.fuzz_control import FuzzControl
from canmcast_gui.app.transmit.replay_control import ReplayControl
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.row_jobs import TransmitJobs
from canmcast_gui.app.transmit.row_list import TransmitRows
from canmcast_gui.app.transmit.sequences import MAX_SEQUENCES, Sequence, SequenceControl
from canmcast_gui.app.transmit.transmit_link import MAX_RATE_LIMIT, TransmitLink
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch

ROWS: Setting[tuple[TransmitRow, ...]] = Setting("transmit/rows", tuple[TransmitRow, ...], ())
SEQUENCES: Setting[tuple[Sequence, ...]] = Setting(
    "transmit/sequences", Annotated[tuple[Sequence, ...], Meta(max_length=MAX_SEQUENCES)], ()
)
RATE_LIMIT = Setting("transmit/rate_limit", Annotated[int, Meta(ge=0, le=MAX_RATE_LIMIT)], 0)
# Whether periodic frames that are late by more than a period are sent late; otherwise they are left out.
CATCH_UP = Setting("transmit/catch_up", bool, False)


class TransmitControl(QObject):
    """The controls of everything that is sent. They live as long as the session, over several buses.

    ``limit_changed`` carries the limit.
    """

    limit_changed = Signal(int)

    def __init__(
        self,
        databases: DatabaseSet,
        document: Document,
        tasks: TaskPool,
        messages: Messages,
        clock: DisplayClock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.link = link = TransmitLink(self)
        self.switch = link.switch
        self._messages = messages
        self._databases, self._document = databases, document
        self._limit = 0
        self._catch_up = False
        link.changed.connect(self._apply)  # first, so that it holds before anything is sent
        self.rows = TransmitRows(databases, self, self.channel_names, self.open_channels)
        link.changed.connect(self.rows.channels_changed)
        document.channels_named.connect(self.rows.channels_changed)
        self.jobs = TransmitJobs(link, self.rows, messages, self)
        self.replay = ReplayControl(link, document, databases, tasks, messages, clock, self)
        self.sequences = SequenceControl(link, self.rows, databases, self)
        self.fuzz = FuzzControl(link, databases, tasks, messages, self, self.channel_names)

    def channel_names(self) -> Mapping[int, str]:
        """The names of the channels of the recording by number, for conditions."""
        return self._document.recording.channels

    def open_channels(self) -> Mapping[int, str]:
        """The names of the open channels by number; while none is open, those of the recording."""
        return self.link.channel_names if self.link.is_open else self.channel_names()

    def rows_of_frames(self, batch: FrameBatch) -> list[TransmitRow]:
        """Transmit rows for frames of the recording: with name, cycle and data; see ``frame_rows``."""
        return rows_of_frames(batch, self._databases, self._document.newest)

    # -- the limit ---------------------------------------------------------------------------------------

    @property
    def limit(self) -> int:
        """The limit for all frames that are sent, in frames per second; 0 for none."""
        return self._limit

    def set_limit(self, frames_per_second: int) -> None:
        """Change the limit."""
        frames_per_second = min(max(0, frames_per_second), MAX_RATE_LIMIT)
        if frames_per_second != self._limit:
            self._limit = frames_per_second
            self._apply()
            self.limit_changed.emit(frames_per_second)

    # -- late frames -------------------------------------------------------------------------------------

    @property
    def catch_up(self) -> bool:
        """Whether periodic frames that are late by more than a period are sent late, or left out."""
        return self._catch_up

    def set_catch_up(self, catch_up: bool) -> None:
        """Change it, for rows that are armed too."""
        self._catch_up = catch_up
        self._apply()

    def _apply(self) -> None:
        if self.link.client is not None:
            self.link.client.set_rate_limit(self._limit or None)
            self.link.client.set_late_frames(self._catch_up)

    # -- settings ----------------------------------------------------------------------------------------

    def use_settings(self, settings: AppSettings) -> None:
        """Load rows, sequences and limits from the settings, and store edits there. All rows are disarmed."""
        rows, sequences = settings.field(ROWS), settings.field(SEQUENCES)
        limit = settings.field(RATE_LIMIT)
        self.rows.reset(rows.value)
        self.sequences.reset(sequences.value)
        self.set_limit(limit.value)
        self.set_catch_up(settings.field(CATCH_UP).value)
        self.rows.edited.connect(lambda: rows.set(tuple(self.rows)))
        self.sequences.edited.connect(lambda: sequences.set(tuple(self.sequences.sequences)))
        self.limit_changed.connect(limit.set)
        limit.changed.connect(self.set_limit)
        settings.field(CATCH_UP).changed.connect(self.set_catch_up)

    def close(self) -> None:
        """End the fuzz run with its log, and release what the replay has read."""
        self.replay.close()
        self.fuzz.close()
