"""The dialog for a bus: usual and other buses, and notes about invalid values."""

import pytest
from PySide6.QtWidgets import QApplication, QDialogButtonBox

from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.dialogs.connect import OTHER, PRESETS, ConnectDialog, ConnectForm
from tests.support.stage import process_deletions


@pytest.fixture
def form(qtbot):
    one = ConnectForm(BusSettings.this_computer())
    qtbot.addWidget(one)
    return one


@pytest.mark.parametrize("number", range(len(PRESETS)))
def test_presets_fill_the_fields(form, number):
    form.preset.setCurrentIndex(number)
    form.preset.activated.emit(number)
    assert form.settings() == PRESETS[number][1].validated()
    assert form.preset.currentIndex() == number


def test_own_values_are_taken(form):
    form.show_settings(BusSettings(group="239.1.2.3", port=1234, hop_limit=3, fd=False))
    assert form.settings() == BusSettings(group="239.1.2.3", port=1234, hop_limit=3, fd=False)
    assert form.preset.currentText() == OTHER


@pytest.mark.parametrize(
    ("field", "text", "part"),
    [
        ("group", "10.0.0.1", "multicast"),
        ("group", "", "multicast"),
        ("group", "zebra", "multicast"),
        ("port", "0", "between 1 and 65535"),
        ("port", "99999", "between 1 and 65535"),
        ("port", "12a", "between 1 and 65535"),
    ],
)
def test_a_wrong_value_says_why_beside_its_field(form, field, text, part):
    getattr(form, field).setText(text)
    assert list(form.problems) == [field]
    note = form.notes[field]
    assert part in note.text()
    assert not note.isHidden()


def test_an_interface_that_is_gone_is_a_problem(qtbot):
    form = ConnectForm(BusSettings(group="239.1.2.3", interface="gone0"))
    qtbot.addWidget(form)
    assert "gone0" in form.interface.currentText()
    assert "gone0" in form.problems["interface"]


def test_the_hop_limit_says_how_far_frames_go(form):
    assert "do not leave this computer" in form.notes["hop_limit"].text()
    assert not form.hop_limit.isEnabled()
    form.local.setChecked(False)
    form.hop_limit.setValue(1)
    assert "same network" in form.notes["hop_limit"].text()
    form.hop_limit.setValue(3)
    assert "2 routers" in form.notes["hop_limit"].text()


def test_the_dialog_agrees_only_to_a_good_bus_and_is_freed(qtbot, stage):
    dialog = ConnectDialog(BusSettings.this_computer())
    freed = []
    dialog.destroyed.connect(lambda: freed.append(True))
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.open()
    dialog.form.group.setText("1.2.3.4")
    assert not ok.isEnabled()
    dialog.form.show_settings(BusSettings.this_computer(port=4321))
    with qtbot.waitSignal(dialog.chosen) as chosen:
        ok.click()
    assert chosen.args == [BusSettings.this_computer(port=4321)]
    process_deletions()
    assert freed == [True]


def test_the_dialog_is_as_high_as_its_sentences_need(qtbot):
    dialog = ConnectDialog(BusSettings.this_computer())
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    fitting = lambda: dialog.height() == dialog.layout().totalHeightForWidth(dialog.width())  # noqa: E731
    qtbot.waitUntil(fitting)
    before = dialog.height()
    for _again in range(2):
        dialog.form.group.setText("10.0.0.1")
        dialog.form.port.setText("0")
        qtbot.waitUntil(lambda: dialog.height() > before and fitting())
        dialog.form.group.setText("239.74.163.2")
        dialog.form.port.setText("43113")
        qtbot.waitUntil(lambda: dialog.height() == before)
    dialog.resize(dialog.width(), before + 100)  # what the user chose stays
    dialog.form.group.setText("10.0.0.1")
    dialog.form.group.setText("239.74.163.2")
    for _ in range(3):
        QApplication.processEvents()
    assert dialog.height() == before + 100
