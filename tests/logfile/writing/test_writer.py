"""A failed save leaves no incomplete file, and the old file unchanged."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, open_writer, read_batches, save
from tests.logfile.frames import small_batch


def files_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def count(path) -> int:
    return sum(len(batch) for batch in read_batches(path))


def failing(batch):
    yield batch
    raise RuntimeError("the source broke")


def test_a_save_that_fails_leaves_the_old_file(tmp_path):
    path = tmp_path / "log.asc"
    save(path, [small_batch(3)])
    with pytest.raises(RuntimeError, match="the source broke"):
        save(path, failing(small_batch(10)))
    assert count(path) == 3
    assert files_in(tmp_path) == ["log.asc"]


def test_a_save_can_be_canceled(tmp_path):
    path = tmp_path / "log.blf"
    save(path, [small_batch(3)])
    seen: list[float] = []

    def progress(share: float) -> bool:
        seen.append(share)
        return len(seen) < 2

    assert save(path, [small_batch(10)] * 5, progress, total=50) == 0
    assert seen == [0.2, 0.4]
    assert count(path) == 3
    assert files_in(tmp_path) == ["log.blf"]


def test_an_aborted_writer_leaves_nothing(tmp_path):
    with pytest.raises(KeyError), open_writer(tmp_path / "log.blf") as writer:
        writer.write(small_batch(3))
        raise KeyError
    writer.abort()
    with pytest.raises(FileError, match="is closed"):
        writer.write(small_batch(1))
    assert files_in(tmp_path) == []


def test_closing_twice_is_once(tmp_path):
    writer = open_writer(tmp_path / "log.asc")
    writer.write(small_batch(3))
    writer.close()
    writer.close()
    assert count(tmp_path / "log.asc") == 3


@pytest.mark.parametrize("suffix", [".asc", ".blf", ".log", ".trc", ".csv"])
def test_a_file_without_frames_is_complete(suffix, tmp_path):
    path = tmp_path / f"log{suffix}"
    assert save(path, []) == 0
    assert path.exists()


@pytest.mark.parametrize(
    ("suffix", "flag", "reason"),
    [
        (".csv", Flag.FD, "python-can CSV cannot hold CAN FD frames"),
    ],
)
def test_frames_that_a_format_cannot_hold_are_refused(suffix, flag, reason, tmp_path):
    path = tmp_path / f"log{suffix}"
    save(path, [small_batch(3)])
    batch = small_batch(5)
    batch.records["flags"][4] = flag
    with pytest.raises(FileError, match=reason):
        save(path, [batch])
    assert count(path) == 3
    assert files_in(tmp_path) == [path.name]


def test_an_unknown_suffix_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"must end in one of \.asc, \.blf"):
        save(tmp_path / "log.xyz", [])
    with pytest.raises(FileError, match="no log format 'xyz'"):
        open_writer(tmp_path / "log.asc", format="xyz")


def test_the_format_can_differ_from_the_suffix(tmp_path):
    with open_writer(tmp_path / "log.txt", format="candump") as writer:
        writer.write(small_batch(3))
    assert read_batches(tmp_path / "log.txt").format.name == "candump"


def test_a_missing_folder_or_one_without_permission_is_refused(tmp_path):
    with pytest.raises(FileError, match=r"log.asc cannot be written: No such file"):
        save(tmp_path / "absent" / "log.asc", [])
    (tmp_path / "folder.asc").mkdir()
    with pytest.raises(FileError, match="not a regular file"):
        save(tmp_path / "folder.asc", [])
    if Path("/proc/self").exists():
        with pytest.raises(FileError, match=r"log.asc cannot be written"):
            save("/proc/log.asc", [])


def test_a_link_is_followed_and_permissions_are_kept(tmp_path):
    target, link = tmp_path / "target.asc", tmp_path / "link.asc"
    save(target, [small_batch(1)])
    target.chmod(0o640)
    link.symlink_to(target)
    save(link, [small_batch(2)])
    assert link.is_symlink()
    assert count(target) == 2
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a mount of its own")
def test_a_full_disk_leaves_the_old_file(tmp_path):
    code = f"""
import sys
from pathlib import Path
from tests.logfile.frames import small_batch
from canmcast_gui.logfile import FileError, Recorder, read_batches, save
folder = Path({str(tmp_path)!r})
for name in ("log.asc", "log.blf"):
    save(folder / name, [small_batch(10)])
    try:
        save(folder / name, [small_batch(200_000, width=8)])
    except FileError as error:
        assert "the disk is full" in str(error), error
    else:
        sys.exit("a full disk was not noticed")
    assert sum(map(len, read_batches(folder / name))) == 10
assert sorted(p.name for p in folder.iterdir()) == ["log.asc", "log.blf"]
recorder = Recorder(folder / "live.asc")
recorder.write(small_batch(200_000))
recorder.close()
assert recorder.failed and "the disk is full" in recorder.error, recorder.error
assert sum(map(len, read_batches(folder / "live.asc"))) > 100
"""
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(tmp_path)]
    script = f'{shlex.join(command)} || exit 77; exec {shlex.quote(sys.executable)} -c "$CODE"'
    environment = {**os.environ, "CODE": code}
    found = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "sh", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if found.returncode == 77 or "unshare" in found.stderr:
        pytest.skip(f"no mount here: {found.stderr.strip()}")
    assert found.returncode == 0, found.stderr


def test_shared_heaps_are_not_written_twice(tmp_path):
    batch = FrameBatch.from_columns(
        np.arange(100) * 1000, 1, np.full((100, 64), 7, np.uint8), flags=Flag.FD, channel=1
    )
    save(tmp_path / "log.blf", [batch[row : row + 1] for row in range(100)])
    found = FrameBatch.concatenate(list(read_batches(tmp_path / "log.blf")))
    assert [found.payload(row) for row in range(100)] == [bytes([7] * 64)] * 100
