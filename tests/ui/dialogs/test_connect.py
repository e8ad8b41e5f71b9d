"""The dialog for a bus: usual and other buses, and notes about invalid values."""

import pytest

from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.dialogs.connect import OTHER, PRESETS, ConnectForm


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
