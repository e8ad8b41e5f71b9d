"""Text that is formatted by the page equals text of single frames, also when read and written again."""

from base64 import b64encode
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch
from canmcast_gui.logfile import read_batches, save
from canmcast_gui.logfile.text import packed_digits
from tests.logfile.frames import FORMATS_BY_NAME, batches, small_batch

NAMES = ("asc", "candump", "csv", "trc")


def decimal(time_ns: int, places: int) -> str:
    unit = 10 ** (9 - places)
    units, part = divmod((abs(time_ns) + unit // 2) // unit, 10**places)
    return f"{'-' if time_ns < 0 else ''}{units}.{part:0{places}d}"


def asc(time_ns, number, flags, channel, dlc, payload, start_ns):
    moment = f"{decimal(max(0, time_ns - start_ns), 6):>9} "
    pairs = "".join(f" {byte:02X}" for byte in payload)
    turn = "Tx" if flags & Flag.TX else "Rx"
    name = f"{number:X}" + ("x" if flags & Flag.EXTENDED else "")
    if flags & Flag.ERROR:
        return f"{moment}{channel or 1}  ErrorFrame"
    if flags & Flag.FD:
        brs, esi = bool(flags & Flag.BRS), bool(flags & Flag.ESI)
        said = 1 << 12 | brs << 13 | esi << 14
        return (
            f"{moment}CANFD {channel or 1:>3} {turn}   {name:>8}  {'':>32} {brs:d} {esi:d} {dlc:x} "
            f"{len(payload):>2}{pairs} {0:>8} {0:>4} {said:>8X}" + f" {0:>8}" * 5
        )
    moment += f"{channel or 1}  {name:<15} {turn}   "
    return moment + (f"r {dlc:x}" if flags & Flag.REMOTE else f"d {dlc:x}{pairs}")


def candump(time_ns, number, flags, channel, dlc, payload, start_ns):
    start = f"({decimal(time_ns, 6)}) can{max(0, channel - 1)} "
    if flags & Flag.ERROR:
        known = 0 < number <= 0x3FF and not flags & Flag.EXTENDED
        error = f"{0x20000000 | (number if known else 0x80):08X}#{payload[:8].hex().upper()}"
        return f"{start}{error} {'T' if flags & Flag.TX else 'R'}"
    start += f"{number:08X}#" if flags & Flag.EXTENDED else f"{number:03X}#"
    if flags & Flag.FD:
        start += f"#{bool(flags & Flag.BRS) + 2 * bool(flags & Flag.ESI)}"
    data = f"R{dlc or ''}" if flags & Flag.REMOTE else payload.hex().upper()
    return f"{start}{data} {'T' if flags & Flag.TX else 'R'}"


def csv(time_ns, number, flags, channel, dlc, payload, start_ns):
    kinds = ",".join(str(int(bool(flags & kind))) for kind in (Flag.EXTENDED, Flag.REMOTE, Flag.ERROR))
    size = dlc if flags & Flag.REMOTE else len(payload)
    return f"{decimal(time_ns, 9)},{number:#x},{kinds},{size},{b64encode(payload).decode()}"


def trc(time_ns, number, flags, channel, dlc, payload, start_ns):
    moment = f"{decimal((time_ns - start_ns) * 1000, 3):>13}"
    if flags & Flag.ERROR:
        turn = "Tx" if flags & Flag.TX else "Rx"
        pairs = "".join(f" {byte:02X}" for byte in payload[:8])
        return f" {moment} ER {channel or 1:>2}        - {turn} -  {min(len(payload), 8):<4}{pairs}\r"
    kind = "DT"
    if flags & Flag.FD:
        kind = "F" + "DBE"[bool(flags & Flag.BRS) + bool(flags & Flag.ESI)]
        kind = "BI" if flags & Flag.ESI and not flags & Flag.BRS else kind
    name = f"{number:08X}" if flags & Flag.EXTENDED else f"{number:04X}"
    turn = "Tx" if flags & Flag.TX else "Rx"
    pairs = "".join(f" {byte:02X}" for byte in payload)
    if flags & Flag.REMOTE:
        kind, size = "RR", int(DLC_TO_LENGTH[dlc])
    else:
        size = len(payload)
    return f" {moment} {kind} {channel or 1:>2} {name:>8} {turn} -  {size:<4}{pairs}\r"


FORMATTERS = {"asc": asc, "candump": candump, "csv": csv, "trc": trc}


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_lines_are_those_of_a_formatter(name, tmp_path_factory, data):
    batch = data.draw(batches(name))
    if not len(batch):
        return
    path = tmp_path_factory.getbasetemp() / f"sink{FORMATS_BY_NAME[name].suffixes[0]}"
    save(path, [batch])
    start_ns = int(batch.timestamp_ns.min()) // 1_000_000_000 * 1_000_000_000
    columns = (batch.timestamp_ns, batch.arbitration_id, batch.flags, batch.channel, batch.dlc)
    expected = [
        FORMATTERS[name](*values, batch.payload(row), start_ns)
        for row, values in enumerate(zip(*(column.tolist() for column in columns), strict=True))
    ]
    if name == "trc":
        expected = [f"{row + 1:>7}{line}" for row, line in enumerate(expected)]
    found = path.read_bytes().decode().split("\n")[:-1]
    found = found[:-1] if name == "asc" else found
    assert found[len(found) - len(batch) :] == expected


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_written_read_and_written_again_is_the_same(name, tmp_path_factory, data):
    batch = data.draw(batches(name))
    if not len(batch):
        return
    folder = tmp_path_factory.getbasetemp()
    path = folder / f"again{FORMATS_BY_NAME[name].suffixes[0]}"
    save(path, [batch])
    first = path.read_bytes()
    save(path, [FrameBatch.concatenate(list(read_batches(path)))])
    assert path.read_bytes() == first


@pytest.mark.parametrize("name", NAMES)
def test_many_pages_of_all_kinds(name, tmp_path):
    count = 20_000
    batch = small_batch(count)
    random = np.random.default_rng(2)
    batch.records["arbitration_id"] = random.integers(0, 0x800, count)
    batch.records["channel"] = random.integers(1, 256, count)
    batch.records["timestamp_ns"] += np.arange(count) * 100_000_000
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    save(path, [batch])
    found = FrameBatch.concatenate(list(read_batches(path)))
    assert found.timestamp_ns.tolist() == batch.timestamp_ns.tolist()
    assert found.arbitration_id.tolist() == batch.arbitration_id.tolist()
    assert (found.data == batch.data).all()
    if name not in ("csv", "candump"):
        assert found.channel.tolist() == batch.channel.tolist()


@pytest.mark.parametrize("name", ["asc", "candump"])
def test_classic_frames_keep_a_dlc_above_8(name, tmp_path):
    batch = FrameBatch.concatenate(
        [
            FrameBatch.from_columns([1], 0x123, np.arange(8).reshape(1, 8), dlc=code, channel=1)
            for code in range(8, 16)
        ]
        + [
            FrameBatch.from_columns([2], 0x7, np.zeros((1, 0)), dlc=code, flags=Flag.REMOTE, channel=1)
            for code in range(16)
        ]
    )
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    save(path, [batch])
    reader = read_batches(path)
    found = FrameBatch.concatenate(list(reader))
    assert (found.dlc.tolist(), reader.skipped) == ([*range(8, 16), *range(16)], 0)
    assert (found.length.tolist(), found.flags.tolist()) == (batch.length.tolist(), batch.flags.tolist())
    assert (found.data[:8] == batch.data[:8]).all()


def test_a_candump_log_keeps_the_details_of_an_error(tmp_path):
    text = "(1.000000) can0 20000004#0008000000000000 R\n(2.000000) can1 20000088#0000080000006000 T\n"
    (tmp_path / "one.log").write_text(text)
    save(tmp_path / "other.log", read_batches(tmp_path / "one.log"))
    assert (tmp_path / "other.log").read_text() == text


def test_an_asc_file_has_its_dates_in_local_time(tmp_path):
    save(tmp_path / "log.asc", [small_batch(1)])
    head = (tmp_path / "log.asc").read_text().splitlines()[0]
    assert head == f"date {datetime.fromtimestamp(1_762_345_678):%a %b %d %H:%M:%S.000 %Y}"


@given(st.lists(st.integers(0, 10**18), min_size=1, max_size=10))
def test_whole_numbers(values):
    column = packed_digits.format_decimal(np.array(values, dtype=np.int64))
    text = packed_digits.unpack_text(packed_digits.page(len(values), [*column, ord("\n")])).decode()
    assert text.split("\n")[:-1] == [str(value) for value in values]
    assert packed_digits.count_digits(np.array(values)).tolist() == [len(str(value)) for value in values]


@given(st.lists(st.integers(0, 0xFFFFFFFF), min_size=1, max_size=10), st.booleans())
def test_hexadecimal_numbers(values, lower):
    column = packed_digits.format_hex(np.array(values, dtype=np.int64), lower)
    text = packed_digits.unpack_text(packed_digits.page(len(values), [*column, ord("\n")])).decode()
    assert text.split("\n")[:-1] == [f"{value:x}" if lower else f"{value:X}" for value in values]
    assert packed_digits.count_hex_digits(np.array(values)).tolist() == [
        len(f"{value:x}") for value in values
    ]
