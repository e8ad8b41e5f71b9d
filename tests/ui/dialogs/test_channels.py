"""The dialog of channels: its list, its fields, and what it gives back."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialogButtonBox, QLabel

from canmcast_gui.app.bus.device_search import DeviceSearch
from canmcast_gui.app.bus.trial import ChannelTrial
from canmcast_gui.channels.devices import FoundDevice
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from canmcast_gui.ui.dialogs.channels.dialog import LOCKED
from tests.support.stage import process_deletions

ONE = Measurement.of_bus(BusSettings.this_computer())


@pytest.fixture
def make(stage):
    def dialog(measurement: Measurement = ONE) -> ChannelsDialog:
        return ChannelsDialog(
            measurement,
            ChannelTrial(stage.session.tasks, stage.session),
            DeviceSearch(stage.session.tasks, stage.session),
        )

    return dialog


def ok_of(dialog: ChannelsDialog):
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def test_the_dialog_agrees_only_to_a_good_bus_and_is_freed(qtbot, make):
    dialog = make()
    freed = []
    dialog.destroyed.connect(lambda: freed.append(True))
    ok = ok_of(dialog)
    dialog.open()
    dialog.form.fields.form.group.setText("1.2.3.4")
    assert not ok.isEnabled()
    dialog.form.fields.form.show_settings(BusSettings.this_computer(port=4321))
    with qtbot.waitSignal(dialog.chosen) as chosen:
        ok.click()
    assert chosen.args == [Measurement.of_bus(BusSettings.this_computer(port=4321))]
    process_deletions()
    assert freed == [True]


def test_the_dialog_is_as_high_as_its_sentences_need(qtbot, make):
    dialog = make()
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    fitting = lambda: dialog.height() == dialog.layout().totalHeightForWidth(dialog.width())  # noqa: E731
    qtbot.waitUntil(fitting)
    before = dialog.height()
    for _again in range(2):
        dialog.form.fields.form.group.setText("10.0.0.1")
        dialog.form.fields.form.port.setText("0")
        qtbot.waitUntil(lambda: dialog.height() > before and fitting())
        dialog.form.fields.form.group.setText("239.74.163.2")
        dialog.form.fields.form.port.setText("43113")
        qtbot.waitUntil(lambda: dialog.height() == before)
    dialog.resize(dialog.width(), before + 100)  # what the user chose stays
    dialog.form.fields.form.group.setText("10.0.0.1")
    dialog.form.fields.form.group.setText("239.74.163.2")
    for _ in range(3):
        QApplication.processEvents()
    assert dialog.height() == before + 100


def test_the_list_appears_with_the_second_channel(qtbot, make):
    dialog = make()
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.list.isVisible()
    dialog.add_button.click()
    assert dialog.list.isVisible()
    assert dialog.list.list.currentRow() == 1
    dialog.list.buttons["remove"].click()
    assert not dialog.list.isVisible()
    assert dialog.measurement() == ONE.validated()


def test_channels_are_named_moved_duplicated_and_switched_off(qtbot, make):
    dialog = make(
        Measurement.of(parse_channels(["a=multicast:239.74.163.2", "b=udp_multicast:239.74.163.9"]))
    )
    qtbot.addWidget(dialog)
    dialog.list.list.setCurrentRow(1)
    assert dialog.form.name.text() == "b"
    dialog.form.name.setText("body")
    dialog.list.buttons["up"].click()
    dialog.list.buttons["duplicate"].click()
    dialog.list.list.item(1).setCheckState(type(dialog.list.list.item(1).checkState()).Unchecked)
    channels = dialog.measurement().channels
    assert [(each.number, each.name, each.kind, each.enabled) for each in channels] == [
        (1, "body", "udp_multicast", True),
        (2, "", "udp_multicast", False),
        (3, "a", "multicast", True),
    ]


def test_two_channels_of_one_name_are_refused(qtbot, make):
    dialog = make(Measurement.of(parse_channels(["a=multicast:", "b=multicast:"])))
    qtbot.addWidget(dialog)
    dialog.form.name.setText("b")
    assert not ok_of(dialog).isEnabled()
    assert "'b'" in dialog.note.text()


def test_a_driver_keeps_all_its_options(qtbot, make):
    text = "x=slcan:/dev/ttyACM0,bitrate=500000,listen_only=true,rtscts=true,fd=true,data_bitrate=2000000"
    measurement = Measurement.of(parse_channels([text]))
    dialog = make(measurement)
    qtbot.addWidget(dialog)
    fields = dialog.form.fields
    assert (fields.bit_rate.currentText(), fields.data_bit_rate.currentText()) == ("500000", "2000000")
    assert fields.more.toPlainText() == "rtscts=true"
    assert dialog.measurement() == measurement
    for wrong, part in (("a", "OPTION=VALUE"), ("a=1,b=2", "comma")):
        fields.more.setPlainText(wrong)
        assert not ok_of(dialog).isEnabled()
        assert part in dialog.form.note.text()
    fields.more.clear()
    fields.bit_rate.setCurrentText("fast")
    assert "bits per second" in dialog.form.note.text()


def test_wrong_fields_are_not_left_for_another_channel(qtbot, make):
    dialog = make(Measurement.of(parse_channels(["multicast:239.74.163.2", "a=slcan:/dev/ttyACM0"])))
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.show_channel(2)
    others = [dialog.list.list, dialog.add_button, *(dialog.list.buttons[key] for key in ("duplicate", "up"))]
    assert all(widget.isEnabled() for widget in others)
    dialog.form.fields.more.setPlainText("wrong")
    assert not any(widget.isEnabled() for widget in others)
    assert dialog.note.text() == LOCKED
    dialog.form.fields.more.setPlainText("right=1")
    assert all(widget.isEnabled() for widget in others)
    assert not dialog.note.isVisible()
    dialog.form.fields.more.setPlainText("wrong")
    qtbot.mouseClick(dialog.list.buttons["remove"], Qt.MouseButton.LeftButton)
    assert [channel.kind for channel in dialog.list.channels] == ["multicast"]
    assert dialog.form.problem == ""
    assert dialog.add_button.isEnabled()


def test_another_kind_has_its_own_fields(qtbot, make):
    dialog = make()
    qtbot.addWidget(dialog)
    form = dialog.form
    form.kind.setCurrentIndex(form.kind.findData("dronecan"))
    form.kind.activated.emit(form.kind.currentIndex())
    form.fields.bus.setValue(3)
    form.fields.local.setChecked(True)
    (channel,) = dialog.measurement().channels
    assert channel.to_text() == "dronecan:3,local=true"


def test_a_test_says_what_it_receives(qtbot, make, network, stock_peer):
    port = network.free_port()
    channels = parse_channels([f"multicast:239.74.163.2,port={port},hop_limit=0", "slcan:/dev/nothing"])
    dialog = make(Measurement.of(channels))
    qtbot.addWidget(dialog)
    dialog.test_button.click()
    qtbot.waitUntil(lambda: "No frame" in dialog.note.text(), timeout=15_000)
    dialog.list.list.setCurrentRow(1)
    dialog.test_button.click()
    qtbot.waitUntil(lambda: "cannot be opened" in dialog.note.text(), timeout=15_000)


def test_the_labels_of_all_forms_are_aligned(qtbot, make):
    dialog = make(Measurement.of(parse_channels(["multicast:", "dronecan:0", "socketcan:can0"])))
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    name = dialog.form.name
    left = name.mapTo(dialog, name.rect().topLeft()).x()
    for row, get in enumerate(
        (lambda form: form.fields.form.group, lambda form: form.fields.bus, lambda form: form.fields.address)
    ):
        dialog.list.list.setCurrentRow(row)
        QApplication.processEvents()
        field = get(dialog.form)
        assert abs(field.mapTo(dialog, field.rect().topLeft()).x() - left) <= 4


@pytest.mark.parametrize("kind", ["multicast", "dronecan", "slcan"])
def test_all_mnemonics_differ(qtbot, make, kind):
    dialog = make(Measurement.of(parse_channels([f"{kind}:"])))
    qtbot.addWidget(dialog)
    dialog.show()
    texts = [one.text() for one in dialog.findChildren(QLabel) if one.isVisible() and one.buddy()]
    texts += [one.text() for one in dialog.findChildren(QAbstractButton) if one.isVisible()]
    letters = [text[text.index("&") + 1].upper() for text in texts if "&" in text]
    assert len(letters) >= 6
    assert sorted(set(letters)) == sorted(letters)


def test_a_sentence_says_what_a_kind_is(qtbot, make):
    dialog = make(Measurement.of(parse_channels(["multicast:", "dronecan:0", "slcan:/dev/ttyACM0"])))
    qtbot.addWidget(dialog)
    for row, part in enumerate(("same group", "DroneCAN", "pyserial")):
        dialog.list.list.setCurrentRow(row)
        assert part in dialog.hint.text()


def test_f1_asks_for_the_page(qtbot, make):
    dialog = make()
    qtbot.addWidget(dialog)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    with qtbot.waitSignal(dialog.help_requested):
        qtbot.keyClick(dialog, Qt.Key.Key_F1)


def test_a_channel_is_set_up_by_the_keyboard_alone(qtbot, make):
    dialog = make()
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    alt = Qt.KeyboardModifier.AltModifier
    qtbot.keyClick(dialog, Qt.Key.Key_C, alt)
    qtbot.waitUntil(dialog.list.isVisible)  # a button that is pressed by its key is down for a moment
    assert dialog.focusWidget() is dialog.form.name
    qtbot.keyClicks(dialog.focusWidget(), "body")
    qtbot.keyClick(dialog, Qt.Key.Key_K, alt)
    assert dialog.focusWidget() is dialog.form.kind
    while dialog.form.kind.currentData() != "dronecan":
        qtbot.keyClick(dialog.form.kind, Qt.Key.Key_Down)
    qtbot.keyClick(dialog, Qt.Key.Key_B, alt)
    qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Up)
    with qtbot.waitSignal(dialog.chosen) as chosen:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert chosen.args[0].channels[1].to_text() == "body=dronecan:1"


def test_found_devices_are_offered_with_their_options(qtbot, make):
    dialog = make(Measurement.of(parse_channels(["kvaser:"])))
    qtbot.addWidget(dialog)
    found = FoundDevice("kvaser", "1", "Leaf", {"bitrate": 250000})
    fields = dialog.form.fields
    fields.address.setCurrentText("7")
    dialog.form.offer("kvaser", [found, FoundDevice("kvaser", "2")])
    assert fields.address.currentText() == "7"
    texts = [fields.address.itemText(row) for row in range(fields.address.count())]
    assert texts == ["1  Leaf", "2"]
    fields.address.setCurrentIndex(0)
    fields.address.activated.emit(0)
    assert dialog.measurement().channels[0].to_text() == "kvaser:1,bitrate=250000"


def test_a_search_without_devices_says_so(qtbot, make):
    dialog = make(Measurement.of(parse_channels(["kvaser:"])))
    qtbot.addWidget(dialog)
    dialog.form.fields.find_button.click()
    assert dialog.note.text() == "Finding devices…"
    qtbot.waitUntil(lambda: dialog.note.text() != "Finding devices…", timeout=20_000)
    assert dialog.note.text().endswith(".")
    assert dialog.form.fields.address.count() == 0
