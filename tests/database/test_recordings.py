"""Real recordings with their databases: plausible values, the same as those of cantools."""

import cantools
import numpy as np
import pytest

from canmcast_gui.database import DatabaseSet, Scope, load_database
from canmcast_gui.frames import Flag, FrameBatch
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


ALL_PAIRS = [
    ("trc/passat_b6_idle_v11.trc", "dbc/opendbc/vw_pq.dbc", 10_248),
    ("canhacker/vw_pq_med.canhacker", "dbc/opendbc/vw_pq.dbc", 34_182),
    ("trc/gm_engine_rpm_motorola.trc", "dbc/gm_engine_motorola.dbc", 2_863),
    ("csv/zeekr_negative_time.csv", "dbc/geely_sea.dbc", 10_607),
    ("trc/boat_nmea2000_v11.trc", "dbc/canboat_nmea2000.dbc", 12_274),
    ("candump/n2k_logformat_with_comments.txt", "dbc/canboat_nmea2000.dbc", 2_215),
    ("mf4/canmod_gps_short_unfinalized.MF4", "dbc/css_gnss.dbc", 5_076),
]


@pytest.mark.parametrize(("log", "database", "matched"), ALL_PAIRS)
def test_every_frame_that_cantools_decodes_is_decoded_alike(log, database, matched):
    batch = FrameBatch.concatenate(list(read_batches(corpus_file(log))))
    ours = load_database(corpus_file(database))
    theirs = cantools.database.load_file(corpus_file(database), strict=False)
    parsed = {(one.frame_id, one.is_extended_frame): one for one in theirs.messages}
    keys = batch.arbitration_id.astype(np.int64) * 2 + batch.has(Flag.EXTENDED)
    kinds, counts = np.unique(keys[~batch.has(Flag.ERROR | Flag.REMOTE)], return_counts=True)
    known = {key: ours.message(key // 2, bool(key % 2)) for key in kinds.tolist()}
    pairs = zip(known.values(), counts.tolist(), strict=True)
    assert sum(count for message, count in pairs if message is not None) == matched
    for row in range(0, len(batch), 13):
        message = known.get(int(keys[row]))
        if message is None:
            continue
        number, extended = int(batch.arbitration_id[row]), message.extended
        values = {one.name: one.value for one in ours.decode_frame(number, extended, batch.payload(row))}
        peer = parsed[message.arbitration_id, extended]
        try:
            expected = peer.decode(batch.payload(row), decode_choices=False, allow_truncated=True)
        except (cantools.database.DecodeError, ValueError):
            continue
        assert {name: values[name] for name in expected} == expected


def test_a_database_for_each_channel():
    batch = FrameBatch.concatenate(list(read_batches(corpus_file("blf/canoe15_sim_2ch_pair.blf"))))
    databases = DatabaseSet()
    for channel in (1, 2):
        path = corpus_file(f"dbc/canu_can{channel}.dbc")
        databases.add(load_database(path))
        databases.set_scope(path, Scope(frozenset([channel])))
    counts = {1: 0, 2: 0}
    for number, channel in zip(batch.arbitration_id.tolist(), batch.channel.tolist(), strict=True):
        counts[channel] += bool(databases.name(number, False, channel))
    assert counts == {1: 494, 2: 539}
    rows, values = databases.decode_rows(batch, "frm_CL_Context_State.sig_CL_Driving_Start")
    assert set(batch.channel[rows].tolist()) == {1, 2}
    assert set(values.tolist()) == {0, 1}
