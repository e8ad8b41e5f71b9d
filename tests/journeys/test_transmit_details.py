"""Rows made with the mouse, and with the keyboard alone: a stock peer receives what the forms say."""

from functools import reduce
from operator import xor

import can
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canmcast_gui.models.transmit.row_columns import COLUMNS, SEND
from canmcast_gui.ui.transmit.details.generator_dialog import GeneratorDialog
from canmcast_gui.ui.transmit.details.panel import FRAME, GENERATORS, SIGNALS
from canmcast_gui.ui.transmit.rows.message_dialog import MessageDialog
from tests.journeys.hands import Key, Keys, Mouse, button_of, press_key, write
from tests.support.frames import COUNTER_DBC

pytestmark = [pytest.mark.network, pytest.mark.window]

GROUP = "239.74.163.2"
OWN, ENGINE = 0x200, 0x100


class Bench:
    """A window with a transmit list, hands, and a stock peer that listens."""

    def __init__(self, desk, hands, peer) -> None:
        self.desk, self.hands, self.peer = desk, hands, peer
        self.panel = desk.window.docks.transmit
        self.details = self.panel.details
        self.rows = self.panel.model.rows

    def received(self, arbitration_id: int, count: int = 1) -> list[bytes]:
        """The payloads of the next frames of an id at the peer."""
        found: list[bytes] = []
        while len(found) < count:
            message = self.peer.recv(10)
            assert message is not None, f"no frame {arbitration_id:X}"
            if message.arbitration_id == arbitration_id:
                found.append(bytes(message.data))
        return found

    def forget(self) -> None:
        """Drop what the peer has received."""
        while self.peer.recv(0) is not None:
            pass

    def signal(self, name: str):
        """The widgets of a signal."""
        return next(one for one in self.details.signals.fields if one.line.signal.name == name)

    def select(self, number: int) -> None:
        """Select a row."""
        table = self.panel.table
        if isinstance(self.hands, Mouse):
            place = table.visualRect(self.panel.model.index(number, COLUMNS.index(SEND) - 1)).center()
            place.setX(table.columnViewportPosition([one.key for one in COLUMNS].index("sent")) + 5)
            QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        else:
            self.hands.go(table)
            press_key(Key.Key_Up if number == 0 else Key.Key_Down)
        self.desk.wait(lambda: self.panel.selected() == [number], f"row {number} is selected")

    def generator(self) -> GeneratorDialog:
        """The form of a generator that has just opened."""
        dialog = self.desk.child(GeneratorDialog)
        dialog.activateWindow()
        self.desk.wait(lambda: dialog.isAncestorOf(QApplication.focusWidget()), "the focus in the form")
        return dialog

    def accept(self, dialog) -> None:
        """Close a dialog with its default button, and wait until it is gone."""
        if isinstance(self.hands, Mouse):
            self.hands.press(dialog.ok)
        else:
            press_key(Key.Key_Return)
        self.hands.back(GeneratorDialog)


@pytest.fixture(params=[Mouse, Keys], ids=["mouse", "keys"])
def bench(request, desk, qtbot, network, tmp_path):
    """The layout for transmitting on a bus, with a database."""
    port = network.free_port()
    (tmp_path / "car.dbc").write_text(COUNTER_DBC)
    desk.session.databases.load(tmp_path / "car.dbc")
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.window.resize(1400, 950)
    desk.connect(GROUP, port)
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    desk.window.panel.chronological.setFocus()
    press_key(Key.Key_2, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    with can.Bus(GROUP, "udp_multicast", port=port) as peer:
        yield Bench(desk, request.param(desk), peer)


def test_rows_are_made_with_forms_and_received_as_the_forms_say(bench):
    a_row_by_its_bytes(bench)
    e2e_group_comment_and_undo(bench)
    a_message_by_its_signals(bench)
    a_counter_and_a_checksum(bench)
    a_waveform(bench)
    an_answer(bench)


def a_row_by_its_bytes(bench) -> None:
    bench.hands.command(bench.panel, bench.panel.actions_.add)
    for text in ("200", "00 00 DE AD"):
        write(text)
        press_key(Key.Key_Tab)
    write("20")
    press_key(Key.Key_Return)
    bench.desk.wait(lambda: bench.rows[0].period_ns == 20_000_000, "the end of editing")
    assert [(row.arbitration_id, row.data) for row in bench.rows] == [(OWN, b"\x00\x00\xde\xad")]
    bench.select(0)
    bench.hands.command(bench.panel, bench.panel.actions_.send)
    assert bench.received(OWN) == [b"\x00\x00\xde\xad"]


def e2e_group_comment_and_undo(bench) -> None:
    hands, details, lines = bench.hands, bench.details, bench.details.frame.lines
    hands.tab(details, FRAME)
    hands.fill(lines["group"], "body")
    hands.fill(lines["comment"], "by hand")
    assert (bench.rows[0].group, bench.rows[0].comment) == ("body", "by hand")
    bench.select(0)
    hands.command(bench.panel, bench.panel.actions_.undo)
    assert (bench.rows[0].group, bench.rows[0].comment) == ("body", "")
    hands.tab(details, GENERATORS)
    hands.open_menu(lambda: hands.press(details.generators.more), "Add E2E")
    form = bench.generator()
    hands.go(form.fields["id"].editor)
    press_key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write("0x123")
    assert form.ok.isEnabled(), form.problem.text()
    bench.accept(form)
    assert bench.rows[0].generators.startswith("e2e1(0x123")
    hands.command(bench.panel, bench.panel.actions_.arm)
    frames = bench.received(OWN, 3)
    hands.command(bench.panel, bench.panel.actions_.arm)
    assert [data[1] & 0xF for data in frames] == [0, 1, 2]
    assert len({data[0] for data in frames}) > 1
    assert {data[2:] for data in frames} == {b"\xde\xad"}


def a_message_by_its_signals(bench) -> None:
    hands, details = bench.hands, bench.details
    hands.entry(bench.panel.actions_.database)
    dialog = bench.desk.child(MessageDialog)
    bench.desk.wait(dialog.search.hasFocus, "the search")
    write("engi")
    if isinstance(hands, Mouse):
        hands.press(dialog.buttons.button(dialog.buttons.StandardButton.Ok))
    else:
        press_key(Key.Key_Return)
    hands.back(MessageDialog)
    bench.desk.wait(lambda: len(bench.rows) == 2 and bench.panel.selected() == [1], "the row")
    assert bench.rows[1].name == "Engine"
    hands.tab(details, SIGNALS)
    speed = bench.signal("Speed")
    assert (speed.unit.text(), speed.range.text()) == ("rpm", "0 to 8000 rpm")
    hands.fill(speed.editor, "100")
    assert speed.raw.text() == "0x190"
    hands.choose(bench.signal("Gear").editor, "R")
    bench.forget()
    hands.command(bench.panel, bench.panel.actions_.send)
    assert bench.received(ENGINE) == [b"\x90\x01\x00\x00\x00\x00\x10\x00"]


def a_counter_and_a_checksum(bench) -> None:
    hands, generators = bench.hands, bench.details.generators
    hands.tab(bench.details, GENERATORS)
    hands.press(button(bench, "counter"))
    bench.accept(bench.generator())
    hands.press(button(bench, "checksum"))
    form = bench.generator()
    hands.go(form.fields["last"].editor)
    press_key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    write("6")
    bench.accept(form)
    assert bench.rows[1].generators == "counter(AliveCounter, 0..15); checksum(Crc, xor, 0..6)"
    assert generators.list.count() == 2
    hands.command(bench.panel, bench.panel.actions_.arm)
    frames = bench.received(ENGINE, 4)
    hands.command(bench.panel, bench.panel.actions_.arm)
    assert [data[6] for data in frames] == [0x10, 0x11, 0x12, 0x13]
    assert all(reduce(xor, data[:7]) == data[7] for data in frames)


def button(bench, group: str):
    """The button that adds a generator."""
    generators = bench.details.generators
    return button_of(generators, generators.add_actions[group])


def a_waveform(bench) -> None:
    hands, generators = bench.hands, bench.details.generators
    hands.open_menu(lambda: hands.press(generators.more), "Add waveform")
    form = bench.generator()
    for key, text in (("target", "Speed"), ("low", "0"), ("high", "4000"), ("period", "400")):
        hands.go(form.fields[key].editor)
        press_key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        write(text)
    assert form.payloads.text()
    bench.accept(form)
    assert "sine(Speed, 0..4000, 400 ms)" in bench.rows[1].generators
    bench.forget()
    hands.command(bench.panel, bench.panel.actions_.arm)
    speeds = [int.from_bytes(data[:2], "little") / 4 for data in bench.received(ENGINE, 4)]
    hands.command(bench.panel, bench.panel.actions_.arm)
    assert len(set(speeds)) > 1
    assert all(0 <= speed <= 4000 for speed in speeds)


def an_answer(bench) -> None:
    hands, form = bench.hands, bench.details.frame
    bench.select(0)
    hands.tab(bench.details, FRAME)
    hands.choose(form.trigger, "On a received frame")
    condition = form.condition.edit
    hands.go(condition)
    write("gea")
    hands.take(condition, "Gear")
    write("== ")
    hands.take(condition, "R")
    assert condition.text() == "Gear == R"
    hands.command(bench.panel, bench.panel.actions_.arm)
    assert bench.rows[0].trigger == "Gear == R"
    bench.desk.wait(lambda: bench.rows.is_armed(0), "the row is armed")
    assert bench.desk.session.transmit.link.client.flush(5.0)
    bench.forget()
    for gear in (0, 1):
        data = bytes([0, 0, 0, 0, 0, 0, gear << 4, 0])
        bench.peer.send(can.Message(arbitration_id=ENGINE, is_extended_id=False, data=data))
    assert bench.received(OWN)[0][2:] == b"\xde\xad"
    assert QApplication.activeModalWidget() is None
