"""The data of a plot: the values that cantools decodes, of new rows only."""

import itertools

import cantools
import numpy as np
import pytest

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.database import load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.plot.data import MAX_SIGNALS, PlotData, short_names
from canmcast_gui.recording.chunks.store import Limits
from canmcast_gui.resources_path import resource
from tests.support.frames import START_NS, traffic

SPEED, GEAR = "Engine.Speed", "Engine.Gear"
UNLIMITED = 1e9


@pytest.fixture
def session(engine_session):
    """A session with one database."""
    return engine_session


def plot_data(session, **options) -> PlotData:
    """The data of a plot of the session's recording."""
    return PlotData(lambda: session.document.recording, session.databases.loaded, **options)


def samples(data: PlotData, name: str):
    """Times and values of a signal."""
    store = next(signal.samples for signal in data.signals if signal.name == name)
    curve = store.curve(0, 1 << 62, 1_000_000)
    return curve.times, curve.values


def test_values_are_what_cantools_decodes(session):
    database = cantools.database.load_file(resource("demo.dbc"))
    session.databases.loaded.add(load_database(resource("demo.dbc")))
    message = database.get_message_by_name("VehicleMotion")
    rng = np.random.default_rng(7)
    payloads = rng.integers(0, 256, size=(300, 8), dtype=np.uint8)
    session.document.recording.append(
        FrameBatch.from_columns(START_NS + np.arange(300) * 1_000_000, message.frame_id, payloads)
    )
    data = plot_data(session)
    names = [signal.name for signal in message.signals]
    for name in names:
        assert data.add(f"VehicleMotion.{name}")
    assert data.update(UNLIMITED)
    expected = [message.decode(row.tobytes(), decode_choices=False) for row in payloads]
    for name in names:
        _, values = samples(data, f"VehicleMotion.{name}")
        assert values == pytest.approx([values[name] for values in expected])


def test_only_new_rows_are_decoded_and_all_for_each_signal(session):
    data = plot_data(session)
    session.document.recording.append(traffic(100))
    data.add(SPEED)
    assert data.update(UNLIMITED)
    assert not data.update(UNLIMITED)
    data.add(GEAR)
    session.document.recording.append(traffic(100, first=100))
    assert data.unread_rows == 200
    assert data.update(UNLIMITED)
    for name in (SPEED, GEAR):
        times, _ = samples(data, name)
        assert times.tolist() == [START_NS + n * 1_000_000 for n in range(0, 200, 4)]


def test_a_limited_time_is_kept_and_the_rest_is_decoded_later(session):
    ticks = itertools.count()
    data = plot_data(session, clock=lambda: next(ticks))
    data.add(SPEED)
    for start in range(0, 300_000, 50_000):
        session.document.recording.append(traffic(50_000, first=start))
    assert data.update(2)
    assert 0 < data.unread_rows < 300_000
    while data.update(2):
        pass
    assert data.unread_rows == 0
    assert len(samples(data, SPEED)[0]) == 75_000


def test_evicted_rows_are_skipped(session):
    session.document.set_limits(Limits(most_frames=800))
    recording = session.document.recording
    data = plot_data(session)
    data.add(SPEED)
    for start in range(0, 3000, 100):
        recording.append(traffic(100, first=start))
    assert recording.first_row
    assert data.update(UNLIMITED)
    times = [START_NS + n * 1_000_000 for n in range(0, 3000, 4) if n >= recording.first_row]
    assert samples(data, SPEED)[0].tolist() == times
    assert data.unread_rows == 0


def test_an_unknown_signal_has_a_problem_and_does_not_stop_others(session):
    data = plot_data(session)
    data.add("Unknown.Signal")
    data.add(SPEED)
    session.document.recording.append(traffic(40))
    assert data.update(UNLIMITED)
    assert "no database" in data.signals[0].problem
    assert len(samples(data, SPEED)[0]) == 10
    (database,) = session.databases.loaded
    session.databases.remove(database.path)
    data.restart()
    assert all(signal.problem for signal in data.signals)
    assert not data.update(UNLIMITED)


def test_states_and_numbers_become_text(session):
    data = plot_data(session)
    data.add(SPEED)
    data.add(GEAR)
    speed, gear = data.signals
    assert (speed.text(1500.0), speed.text(0.25), speed.text(None)) == ("1500.00 rpm", "0.25 rpm", "–")
    assert (gear.text(1.0), gear.text(5.0)) == ("First", "5")
    assert gear.states() == [(0, "Neutral"), (1, "First")]
    assert (gear.kind, speed.kind) == (LineKind.STEPS, LineKind.LINES)


def test_a_signal_is_added_once_and_their_number_is_limited(session):
    data = plot_data(session)
    assert data.add(SPEED)
    assert not data.add(SPEED)
    for number in range(MAX_SIGNALS):
        data.add(f"Other.S{number}")
    assert len(data.names) == MAX_SIGNALS
    data.remove(SPEED)
    assert SPEED not in data.names


def test_raw_values_are_those_of_the_payload(session):
    data = plot_data(session)
    data.add(SPEED)
    data.add(GEAR)
    session.document.recording.append(traffic(100))
    data.update(1.0)
    physical = data.signals[0].samples.inside(0, 10**12).values
    data.set_style(SPEED, PlotStyle(raw=True))
    data.set_style(GEAR, PlotStyle(raw=True, kind=LineKind.POINTS))
    data.update(1.0)
    speed, gear = data.signals
    assert speed.samples.inside(0, 10**12).values == pytest.approx(physical / 0.25)
    assert (speed.unit, speed.text(7.0)) == ("", "7")
    assert (gear.states(), gear.text(1.0), gear.kind) == ([], "1", LineKind.POINTS)
    data.restart()
    assert data.signals[0].style == PlotStyle(raw=True)


def test_losses_are_those_of_the_recording(session):
    data = plot_data(session)
    assert data.losses.tolist() == []
    session.document.recording.append(traffic(10))
    session.document.recording.add_gap(3, "lost")
    session.document.recording.append(traffic(10))
    assert len(data.losses) == 1


def test_signals_of_the_same_name_are_distinguished():
    assert short_names(["A.Speed", "B.Gear", "C.Speed"]) == ["A.Speed", "Gear", "C.Speed"]
