"""Real recordings with their real databases decode to what their makers saw."""

import numpy as np
import pytest

from canmcast_gui.database import load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import read_batches
from tests.support.corpus import corpus_file

PAIRS = [
    ("trc/passat_b6_idle_v11.trc", "dbc/opendbc/vw_pq.dbc", 10_248, "Motor_1.Motordrehzahl", 743.25, 762.25),
    (
        "trc/gm_engine_rpm_motorola.trc",
        "dbc/gm_engine_motorola.dbc",
        2_863,
        "PPEI_Engine_General_Status_1_201_0C9.EngSpd_RPM",
        1297.75,
        4554.75,
    ),
    (
        "trc/boat_nmea2000_v11.trc",
        "dbc/canboat_nmea2000.dbc",
        12_274,
        "PGN_129025_positionRapidUpdate.latitude",
        48.6265348,
        214.7483646,
    ),
    (
        "candump/n2k_logformat_with_comments.txt",
        "dbc/canboat_nmea2000.dbc",
        2_215,
        "PGN_127251_rateOfTurn.rate",
        -0.0033,
        0.0025,
    ),
]


@pytest.mark.parametrize(("log", "database", "matched", "signal", "low", "high"), PAIRS)
def test_values_of_a_real_pair(log, database, matched, signal, low, high):
    batch = FrameBatch.concatenate(list(read_batches(corpus_file(log))))
    known = load_database(corpus_file(database))
    ids = zip(batch.arbitration_id.tolist(), (batch.flags & 1).tolist(), strict=True)
    assert sum(known.message(number, bool(extended)) is not None for number, extended in ids) == matched
    _, values = known.decode(batch, signal)
    assert values.min() == pytest.approx(low, abs=1e-4)
    assert values.max() == pytest.approx(high, abs=1e-4)


def test_every_frame_of_a_real_pair_decodes_alike_as_frame_and_as_column():
    batch = FrameBatch.concatenate(list(read_batches(corpus_file("trc/passat_b6_idle_v11.trc"))))
    database = load_database(corpus_file("dbc/opendbc/vw_pq.dbc"))
    frames = [
        database.decode_frame(int(batch.arbitration_id[row]), bool(batch.flags[row] & 1), batch.payload(row))
        for row in range(0, len(batch), 7)
    ]
    part = batch[np.arange(0, len(batch), 7)]
    for message in database.messages:
        for signal in message.signals:
            rows, values = database.decode_rows(part, f"{message.name}.{signal.name}")
            for row, value in zip(rows[:3].tolist(), values[:3].tolist(), strict=True):
                assert {one.name: one.value for one in frames[row]}[signal.name] == value
