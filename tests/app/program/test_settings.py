"""Settings keep their type for any content of the file."""

import os
import sys

import pytest
from PySide6.QtCore import QByteArray

from canmcast_gui.app.program.settings import MAX_RECENT, AppSettings, limits_from
from canmcast_gui.recording import Limits


def test_values_are_stored_for_the_next_start(tmp_path):
    path = tmp_path / "settings.ini"
    first = AppSettings(path)
    first.decimal.set(True)
    first.recent_files.set(["a.asc", "ü, b.blf"])
    first.set_layout("window", QByteArray(b"\x00\x01state"))
    first.save()
    second = AppSettings(path)
    assert second.decimal.value is True
    assert second.recent_files.value == ["a.asc", "ü, b.blf"]
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


def test_recent_entries_are_unique_newest_first_and_bounded(tmp_path):
    settings = AppSettings(tmp_path / "settings.ini")
    for number in [*range(MAX_RECENT + 5), 7]:
        settings.add_recent(settings.recent_files, f"{number}.asc")
    assert settings.recent_files.value[:2] == ["7.asc", "14.asc"]
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
    ("values", "limits"),
    [
        ({}, Limits()),
        ({"gigabytes": 3}, Limits(most_bytes=3 << 30)),
        ({"frames": 5000}, Limits(most_frames=5000)),
        ({"minutes": 2, "frames": 1}, Limits(most_frames=1, most_age_ns=120_000_000_000)),
        ({"gigabytes": 0, "frames": -1, "minutes": "ten"}, Limits()),
        ({"gigabytes": True, "frames": 1e3, "minutes": 1 << 80, "other": 1}, Limits()),
    ],
)
def test_limits_that_are_not_valid_are_the_default(values: dict, limits: Limits):
    assert limits_from(values) == limits
