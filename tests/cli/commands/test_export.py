"""``canmcast export``: signal values as a table."""

import csv
import sys

import cantools
import pytest
from click.testing import CliRunner

from canmcast_gui.cli.program import program
from canmcast_gui.demo.values import Vehicle
from canmcast_gui.demo.vehicle_bus import DemoCodec
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.resources_path import resource
from tests.cli.conftest import assert_one_line

DATABASE = resource("demo.dbc")


@pytest.fixture(scope="module")
def drive(tmp_path_factory):
    """Four seconds of the simulated car as a log: engine status at 10 Hz, tyre status in between."""
    vehicle, codebook, frames = Vehicle(), DemoCodec(), []
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


def test_without_names_all_signals_of_the_messages_that_occur_are_exported(canmcast, drive, tmp_path):
    path, frames = drive
    out = tmp_path / "out.csv"
    result = canmcast("export", path, out, "--database", DATABASE)
    assert result.returncode == 0, result.stderr
    rows = table(out)
    assert len(rows) == len(frames)
    database = cantools.database.load_file(DATABASE)
    messages = sorted(
        (database.get_message_by_name(name) for name in ("EngineStatus", "TyreStatus")),
        key=lambda message: message.frame_id,
    )
    wanted = [f"{message.name}.{signal.name}" for message in messages for signal in message.signals]
    assert sorted(title.partition(" ")[0] for title in list(rows[0])[1:]) == sorted(wanted)
    for row, frame in zip(rows, frames, strict=True):
        message = database.get_message_by_frame_id(frame.arbitration_id)
        for title in list(row)[1:]:
            name, _, signal = title.partition(" ")[0].partition(".")
            if name == message.name and row[title]:
                value = message.decode(frame.data, decode_choices=False)[signal]
                assert float(row[title]) == pytest.approx(value)
    other = tmp_path / "other.log"
    other.write_text("(1.0) can0 7FF#00\n")
    result = canmcast("export", other, tmp_path / "none.csv", "--database", DATABASE)
    assert_one_line(result, 1, "no frame that the database describes")
    assert not (tmp_path / "none.csv").exists()


@pytest.mark.parametrize(
    ("out", "database", "signal", "reason"),
    [
        ("out.csv", DATABASE, "EngineStatus.Nothing", "Nothing"),
        ("out.csv", DATABASE, "Nothing.EngineSpeed", "Nothing"),
        ("out.csv", __file__, "EngineStatus.EngineSpeed", "test_export.py"),
        ("out.csv", DATABASE, "RadarObjects.ObjectCount", "no frame that carries RadarObjects.ObjectCount"),
        ("out.xlsx", DATABASE, "EngineStatus.EngineSpeed", ".csv"),
        ("absent/out.csv", DATABASE, "EngineStatus.EngineSpeed", "absent"),
    ],
)
def test_reasons_against_an_export_are_reported(out, database, signal, reason, canmcast, drive, tmp_path):
    arguments = ("--database", database, "--signal", signal)
    assert_one_line(canmcast("export", drive[0], tmp_path / out, *arguments), 1, reason)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("suffix", "library"), [(".parquet", "pyarrow"), (".mf4", "asammdf")], ids=["parquet", "mf4"]
)
def test_a_missing_library_is_named(suffix, library, drive, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    arguments = ["--database", str(DATABASE), "--signal", "EngineStatus.EngineSpeed"]
    result = CliRunner().invoke(
        program, ["export", str(drive[0]), str(tmp_path / f"out{suffix}"), *arguments]
    )
    assert result.exit_code == 1
    assert f"pip install {library}" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_parquet_has_nulls_units_and_whole_numbers(canmcast, drive, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    signals = ("--signal", "EngineStatus.EngineSpeed", "--signal", "TyreStatus.Tyre")
    result = canmcast("export", drive[0], tmp_path / "out.parquet", "--database", DATABASE, *signals)
    assert result.returncode == 0, result.stderr
    table = parquet.read_table(tmp_path / "out.parquet")
    assert table.column_names == ["time_s", "EngineStatus.EngineSpeed", "TyreStatus.Tyre"]
    assert table.num_rows == 80
    assert table.column(2).to_pylist()[:6] == [None, 0, None, 1, None, 2]
    assert table.schema.field(1).metadata == {b"unit": b"rpm"}


def test_mdf_has_a_channel_for_each_signal(canmcast, drive, tmp_path):
    asammdf = pytest.importorskip("asammdf")
    signals = ("--signal", "EngineStatus.EngineSpeed", "--signal", "TyreStatus.PressureRearLeft")
    result = canmcast("export", drive[0], tmp_path / "out.mf4", "--database", DATABASE, *signals)
    assert result.returncode == 0, result.stderr
    with asammdf.MDF(tmp_path / "out.mf4") as mdf:
        speed, pressure = mdf.get("EngineStatus.EngineSpeed"), mdf.get("TyreStatus.PressureRearLeft")
        assert (len(speed), speed.unit) == (40, "rpm")
        assert (len(pressure), pressure.unit) == (10, "bar")
        assert speed.timestamps[-1] == pytest.approx(3.9)
        assert mdf.start_time.timestamp() == pytest.approx(1_700_000_000)


def test_a_span_at_even_distances(drive, tmp_path):
    path, _ = drive
    out = tmp_path / "out.csv"
    result = CliRunner().invoke(
        program,
        [
            *("export", str(path), str(out), "--database", str(DATABASE), "--every", "0.25"),
            *("--signal", "EngineStatus.EngineSpeed", "--from", "1700000001", "--to", "1700000002"),
        ],
    )
    assert result.exit_code == 0, result.output
    times = [float(row["time_s"]) for row in table(out)]
    assert times == pytest.approx([1_700_000_001 + step / 4 for step in range(5)])
