"""Settings keep their type for any content of the file."""

import json
import os
import shutil
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QSettings

from canmcast_gui.app.program.settings import MAX_RECENT, AppSettings, RecordingLimits, Setting
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import Sequence
from canmcast_gui.app.transmit.transmit_control import RATE_LIMIT, ROWS, SEQUENCES
from canmcast_gui.app.workspace.view_setups import COLOR_RULES, VIEWS, ColorRule, ViewSetup
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.recording import Limits
from canmcast_gui.transport.settings import BusSettings

# written by the first release, from which users update
RELEASED = Path(__file__).with_name("released") / "settings.ini"


def stored(folder: Path, values: dict) -> AppSettings:
    """Settings from a file with these values."""
    path = folder / "settings.ini"
    store = QSettings(str(path), QSettings.Format.IniFormat)
    for key, value in values.items():
        store.setValue(key, json.dumps(value))
    store.sync()
    return AppSettings(path)


def test_values_are_stored_for_the_next_start(tmp_path):
    path = tmp_path / "settings.ini"
    first = AppSettings(path)
    first.decimal.set(True)
    first.recent_files.set(("a.asc", "ü, b.blf"))
    first.set_layout("window", QByteArray(b"\x00\x01state"))
    first.save()
    second = AppSettings(path)
    assert second.decimal.value is True
    assert second.recent_files.value == ("a.asc", "ü, b.blf")
    assert second.layout("window") == QByteArray(b"\x00\x01state")
    assert second.layout("never stored").isEmpty()


def test_a_change_is_reported_once(tmp_path):
    settings = AppSettings(tmp_path / "settings.ini")
    posted = []
    settings.theme.changed.connect(posted.append)
    for value in ("dark", "dark", "light"):
        settings.theme.set(value)
    assert posted == ["dark", "light"]


@pytest.mark.parametrize("text", ["", "purple", '"purple"', "{", "[1]", "null"])
def test_a_value_that_is_not_valid_is_the_default(tmp_path, text):
    path = tmp_path / "settings.ini"
    path.write_text(f"[window]\ntheme={text}\n[trace]\ndecimal={text}\n")
    settings = AppSettings(path)
    assert (settings.theme.value, settings.decimal.value) == ("system", False)
    is_missing = text == "null"  # as in other files
    assert (settings.bad_values() == "") == is_missing


def test_recent_entries_are_unique_newest_first_and_bounded(tmp_path):
    settings = AppSettings(tmp_path / "settings.ini")
    for number in [*range(MAX_RECENT + 5), 7]:
        settings.add_recent(settings.recent_files, f"{number}.asc")
    assert settings.recent_files.value[:2] == ("7.asc", "14.asc")
    assert len(settings.recent_files.value) == MAX_RECENT == len(set(settings.recent_files.value))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_only_the_user_can_read_the_settings(qapp):
    place = AppSettings().path  # Qt asks the environment once in a process
    place.parent.chmod(0o755)
    place.unlink(missing_ok=True)
    before = os.umask(0)
    try:
        settings = AppSettings()
        settings.decimal.set(True)
        settings.save()
    finally:
        os.umask(before)
    assert [path.stat().st_mode & 0o777 for path in (place.parent, place)] == [0o700, 0o600]
    assert settings.problem() == ""
    place.chmod(0o644)
    assert AppSettings().decimal.value
    assert place.stat().st_mode & 0o777 == 0o600
    settings.decimal.set(False)
    settings.save()


@pytest.mark.parametrize("place", ["a pipe", "a folder", "under a file", "a device"])
def test_settings_that_cannot_be_saved_are_reported_and_used_until_the_end(qapp, tmp_path, place):
    path = tmp_path / "settings.ini"
    if place == "a pipe":
        os.mkfifo(path)
    elif place == "a folder":
        path.mkdir()
    elif place == "a device":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        path = path / "settings.ini"
    settings = AppSettings(path)
    settings.decimal.set(True)
    settings.save()
    assert settings.decimal.value
    assert settings.problem() == (
        f"Settings cannot be saved in {path}: changes are lost when the program ends."
    )
    assert not path.is_file()


@pytest.mark.parametrize(
    ("values", "limits", "bad"),
    [
        ({}, Limits(), ()),
        ({"gigabytes": 3}, Limits(most_bytes=3 << 30), ()),
        ({"frames": 5000}, Limits(most_frames=5000), ()),
        ({"minutes": 2, "frames": 1}, Limits(most_frames=1, most_age_ns=120_000_000_000), ()),
        ({"gigabytes": 0, "frames": 7, "minutes": "ten"}, Limits(most_frames=7), ("gigabytes", "minutes")),
        (
            {"gigabytes": True, "frames": "1", "minutes": 1 << 80},
            Limits(),
            ("gigabytes", "frames", "minutes"),
        ),
    ],
)
def test_limits_that_are_not_valid_are_the_default(tmp_path, values: dict, limits: Limits, bad):
    settings = stored(tmp_path, {"recording/limits": values})
    assert settings.limits.value.limits() == limits
    wrong = [problem.where for problem in settings.limits.problems]
    assert wrong == [f"recording/limits.{name}" for name in bad]


def test_each_value_that_is_not_valid_costs_only_itself_and_all_are_in_one_message(tmp_path):
    bus = Measurement.of_bus(BusSettings(group="239.9.9.9", port=99))
    settings = stored(
        tmp_path,
        {
            "recent/buses": [bus.to_dict(), {"group": 5}, {"group": "10.0.0.1"}, {"port": 0}, 7],
            "recent/files": ["a.asc", 3, "b.asc"],
            "trace/filters": {"trouble": "error", "number": 1},
            "trace/decimal": True,
            "bus/bitrate": 0,
        },
    )
    assert settings.recent_buses.value == (bus.validated(),)
    assert settings.recent_files.value == ("a.asc", "b.asc")
    assert settings.filters.value == {"trouble": "error"}
    assert (settings.decimal.value, settings.bitrate.value) == (True, 500_000)
    assert [problem.where for problem in settings.recent_buses.problems] == [
        f"recent/buses[{index}]" for index in range(1, 5)
    ]
    message = settings.bad_values()
    assert message.startswith("Settings: 7 values of settings.ini were not used: trace/filters['number']: ")
    assert message.endswith(", and 6 more.")


def test_a_setting_has_one_field(tmp_path):
    settings = AppSettings(tmp_path / "settings.ini")
    assert settings.field(Setting("trace/decimal", bool, False)) is settings.decimal


def test_settings_of_the_first_release_are_loaded(qapp, tmp_path):
    path = tmp_path / "settings.ini"
    shutil.copy(RELEASED, path)
    settings = AppSettings(path)
    fixed = settings.decimal, settings.time_mode, settings.theme, settings.trace_mode
    assert [field.value for field in fixed] == [True, "delta_id", "dark", "chronological"]
    assert settings.filters.value == {"trouble": "error", 'ü, "quoted"': "id == 0x10"}
    assert (settings.bitrate.value, settings.data_bitrate.value) == (125_000, 8_000_000)
    assert settings.limits.value == RecordingLimits(gigabytes=3, frames=5000)
    assert settings.recent_files.value == ("/data/ü, b.blf",)
    assert settings.recent_workspaces.value == ("/data/bench.canmcast",)
    assert settings.workspace.value == "/data/bench.canmcast"
    assert settings.recent_buses.value == (
        Measurement.of_bus(
            BusSettings(group="239.9.9.9", port=99, interface="lo", hop_limit=0, rate_limit=10.5)
        ),
        Measurement.of_bus(BusSettings.this_computer()),
    )
    assert settings.field(VIEWS).value == (ViewSetup("by_id", "view-2", "fd", (("id", 90), ("data", 200))),)
    assert settings.field(COLOR_RULES).value == (ColorRule("Mine", "fd", "#102030", on=False),)
    row = TransmitRow(name="Ping", data=b"\x01\x02", count=3, group="a", key="F9")
    assert settings.field(ROWS).value == (row,)
    assert settings.field(SEQUENCES).value == (Sequence("Wake", "wait 1 ms\n"),)
    assert settings.field(RATE_LIMIT).value == 500
    assert settings.layout("window") == QByteArray(b"\x00\x01state")
    assert settings.bad_values() == ""


def test_every_setting_is_stored_in_the_form_of_the_first_release(qapp, tmp_path):
    released = QSettings(str(RELEASED), QSettings.Format.IniFormat)
    path = tmp_path / "settings.ini"
    shutil.copy(RELEASED, path)
    source, copy = AppSettings(path), AppSettings(tmp_path / "copy.ini")
    for setting in (VIEWS, COLOR_RULES, ROWS, SEQUENCES, RATE_LIMIT):
        copy.field(setting).set(source.field(setting).value)
    for name in ("filters", "limits", "recent_files", "recent_buses", "bitrate", "theme"):
        getattr(copy, name).set(getattr(source, name).value)
    copy.save()
    written = QSettings(str(tmp_path / "copy.ini"), QSettings.Format.IniFormat)
    assert len(written.allKeys()) == 11
    for key in written.allKeys():
        assert without_new(json.loads(written.value(key))) == json.loads(released.value(key)), key


def without_new(value: object) -> object:
    """A stored value without what the first release did not have and ignores, if that is the default."""
    if isinstance(value, list):
        return [without_new(each) for each in value]
    if isinstance(value, dict) and value.get("channel") == 0:
        return {name: each for name, each in value.items() if name != "channel"}
    return value
