"""States of the gallery: panels that send or list something, and the database browser."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import Sequence
from canmcast_gui.transport.settings import BusSettings
from installer.screenshots import ROWS, settle, wait

if TYPE_CHECKING:
    from installer.gallery import Stage

    State = Callable[[Stage], QWidget]

# A row with every kind of generated data, and one for each kind of frame.
BUSY_ROW = TransmitRow(
    "EngineStatus",
    0xC0,
    data=bytes(8),
    period_ns=10_000_000,
    generators="counter(AliveCounter, 0..15); triangle(EngineSpeed, 800..6000, 4 s);"
    " checksum(byte 7, xor, 0..6)",
    group="Powertrain",
    comment="As on the test bench",
)
FAULTY = """VERSION ""
NS_ :
BS_:
BU_: Gearbox
BO_ 291 Gear: 8 Gearbox
 SG_ Position : 0|4@1+ (1,0) [0|15] "" Vector__XXX
 SG_ Overlap : 2|8@1+ (1,0) [0|255] "" Vector__XXX
 SG_ Outside : 60|12@1+ (1,0) [0|4095] "" Vector__XXX
BO_ 291 Again: 8 Gearbox
 SG_ Other : 0|8@1+ (1,0) [0|255] "" Vector__XXX
BO_ 292 Bad: nothing
"""
SEQUENCE = """send Ignition on
wait 20 ms
loop 3 times
  send 7DF#0201
  expect id == 0x7EF within 20 ms
end"""


def transmit_details(tab: int, stage: Stage) -> QWidget:
    """The details of a transmit row."""
    stage.demo()
    stage.window.geometry_.actions[1].trigger()
    panel = stage.window.docks.transmit
    panel.model.rows.reset([*ROWS, BUSY_ROW])
    panel.table.select([len(ROWS)])
    settle(0.3)
    panel.details.setCurrentIndex(tab)
    return stage.window


def transmit_answer(stage: Stage) -> QWidget:
    """The details of a row that answers a received frame."""
    transmit_details(1, stage)
    stage.window.docks.transmit.table.select([2])
    return stage.window


def transmit_several(stage: Stage) -> QWidget:
    """The details of several rows."""
    transmit_details(1, stage)
    stage.window.docks.transmit.table.select([0, 1, 3])
    return stage.window


def transmit_dialog(group: str, stage: Stage) -> QWidget:
    """The form of a generator."""
    transmit_details(2, stage)
    stage.window.docks.transmit.details.generators.add(group)
    return stage.dialog()


def add_message(stage: Stage) -> QWidget:
    """The messages of the databases, to be added as rows."""
    transmit_details(0, stage)
    stage.window.docks.transmit.add_from_database()
    return stage.dialog()


def sequence_failed(stage: Stage) -> QWidget:
    """A sequence whose answer did not come."""
    stage.demo()
    docks = stage.window.docks
    docks.transmit.model.rows.reset(ROWS)
    stage.session.transmit.sequences.reset([Sequence("Start", SEQUENCE)])
    docks.docks["sequences"].bring_forward()
    docks.sequences.start()
    wait(lambda: not docks.sequences.control.running, "the end of the sequence")
    return stage.window


def fuzz_question(stage: Stage) -> QWidget:
    """The question before random frames go to other computers."""
    stage.demo()
    stage.session.bus.close()
    stage.session.bus.open(BusSettings(group="239.74.163.2", hop_limit=1, interface="127.0.0.1"))
    wait(lambda: stage.session.bus.is_open, "the bus")
    stage.window.docks.docks["fuzz"].bring_forward()
    stage.session.transmit.link.switch.set(True)
    stage.window.docks.fuzz.start()
    return stage.dialog()


def fuzz_response(stage: Stage) -> QWidget:
    """A run of the fuzzer on the demonstration."""
    stage.demo()
    stage.window.docks.docks["fuzz"].bring_forward()
    stage.window.docks.fuzz.start()
    settle(1.0)
    stage.window.docks.fuzz.stop()
    return stage.window


def marks(stage: Stage) -> QWidget:
    """Marks with notes."""
    stage.demo()
    recording = stage.session.document.recording
    for row, note in ((100, "Ignition on"), (1200, ""), (2400, "Torque falls, pedal does not move")):
        recording.marks.add(recording.first_row + row, note)
    stage.window.docks.docks["marks"].bring_forward()
    return stage.window


def statistics(stage: Stage) -> QWidget:
    """The periods of an id."""
    stage.demo()
    docks = stage.window.docks
    docks.docks["statistics"].bring_forward()
    settle(0.5)
    docks.statistics.show_id(0xA0, False)
    return stage.window


def signals_search(stage: Stage) -> QWidget:
    """Signals that match a text."""
    stage.demo()
    stage.window.docks.signals.search.setText("speed")
    return stage.window


def bits(stage: Stage) -> QWidget:
    """The bits of a frame."""
    stage.demo()
    stage.window.activateWindow()
    stage.window.panel.by_id.table.setFocus()
    stage.window.panel.by_id.table.select_line(2)
    settle(0.3)
    stage.window.actions_.bits.trigger()
    settle(0.4)
    return stage.window.subjects.bits


def browser(tab: str, stage: Stage) -> QWidget:
    """The database browser."""
    stage.demo()
    if tab == "problems":
        path = stage.folder / "gearbox.dbc"
        path.write_text(FAULTY)
        stage.session.databases.load(path)
        wait(lambda: any(one.path == path for one in stage.session.databases.loaded), "the database")
    docks = stage.window.docks
    docks.show_browser()
    shows = {
        "signal": lambda: docks.browser.show_signal("EngineStatus.EngineSpeed"),
        "message": lambda: docks.browser.show_message("EngineStatus"),
        "files": docks.browser.show_files,
        "problems": docks.browser.show_problems,
    }
    shows[tab]()
    settle(0.4)
    return docks.browser_dock


PANEL_STATES: dict[str, State] = {
    **{
        f"transmit-details-{name}": partial(transmit_details, tab)
        for tab, name in enumerate(("signals", "frame", "generators"))
    },
    "transmit-answer": transmit_answer,
    "transmit-several": transmit_several,
    **{
        f"transmit-form-{group.split()[0].lower()}": partial(transmit_dialog, group)
        for group in ("counter", "checksum", "waveform", "E2E protection")
    },
    "transmit-message": add_message,
    "sequence-failed": sequence_failed,
    "fuzz-question": fuzz_question,
    "fuzz-response": fuzz_response,
    "marks": marks,
    "statistics": statistics,
    "signals-search": signals_search,
    "bits": bits,
    **{f"browser-{tab}": partial(browser, tab) for tab in ("signal", "message", "files", "problems")},
}
