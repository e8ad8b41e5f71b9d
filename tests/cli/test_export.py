"""``canmcast export``: signal values as a table."""

import csv

import cantools
import pytest

from canmcast_gui.demo.codebook import Codebook
from canmcast_gui.demo.values import Vehicle
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.resources_path import resource
from tests.cli.conftest import assert_one_line

DATABASE = resource("demo.dbc")


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    """Four seconds of the simulated car as a log: engine status at 10 Hz, tyre status in between."""
    vehicle, codebook, frames = Vehicle(), Codebook(), []
    for step in range(40):
        vehicle.advance(step / 10)
        for offset, name in ((0.0, "EngineStatus"), (0.05, "TyreStatus")):
            frame = codebook.frame(name, vehicle.values(name))
            frame.timestamp = 1_700_000_000 + step / 10 + offset
            frames.append(frame)
    path = tmp_path_factory.mktemp("drive") / "drive.log"
    with open_writer(path) as writer:
        writer.write(FrameBatch.from_messages(frames))
    return path, frames


def table(path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_values_are_those_that_cantools_decodes(canmcast, drive, tmp_path):
    path, frames = drive
    out = tmp_path / "out.csv"
    signals = ["EngineStatus.EngineSpeed", "EngineStatus.EngineState", "TyreStatus.PressureRearLeft"]
    options = [part for name in signals for part in ("--signal", name)]
    result = canmcast("export", path, out, "--database", DATABASE, *options)
    assert result.returncode == 0, result.stderr
    database = cantools.database.load_file(DATABASE)
    expected = []
    for frame in frames:
        message = database.get_message_by_frame_id(frame.arbitration_id)
        values = {
            f"{message.name}.{name}": value
            for name, value in message.decode(frame.data, decode_choices=False).items()
        }
        if set(signals) & set(values):
            expected.append((frame.timestamp, values))
    rows = table(out)
    assert len(rows) == len(expected) == 50
    titles = [
        "EngineStatus.EngineSpeed [rpm]",
        "EngineStatus.EngineState",
        "TyreStatus.PressureRearLeft [bar]",
    ]
    assert list(rows[0]) == ["time_s", *titles]
    for row, (time, values) in zip(rows, expected, strict=True):
        assert float(row["time_s"]) == pytest.approx(time, abs=1e-6)
        for title, name in zip(titles, signals, strict=True):
            assert bool(row[title]) == (name in values)
            if row[title]:
                assert float(row[title]) == pytest.approx(values[name])


@pytest.mark.parametrize(
    ("out", "database", "signal", "reason"),
    [
        ("out.csv", DATABASE, "EngineStatus.Nothing", "Nothing"),
        ("out.csv", DATABASE, "Nothing.EngineSpeed", "Nothing"),
        ("out.csv", __file__, "EngineStatus.EngineSpeed", "test_export.py"),
        ("out.xlsx", DATABASE, "EngineStatus.EngineSpeed", ".csv"),
        ("absent/out.csv", DATABASE, "EngineStatus.EngineSpeed", "absent"),
    ],
)
def test_what_cannot_be_exported_is_said(out, database, signal, reason, canmcast, drive, tmp_path):
    arguments = ("--database", database, "--signal", signal)
    assert_one_line(canmcast("export", drive[0], tmp_path / out, *arguments), 1, reason)
    assert list(tmp_path.iterdir()) == []
