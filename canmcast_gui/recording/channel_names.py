"""The names of the channels of a recording, stored with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.line_file import LineFile

FILE_NAME = "channels.jsonl"

# The channel column of frames has eight bits.
HIGHEST_NUMBER = 255
MOST_CHARACTERS = 200


class ChannelNames(Mapping[int, str]):
    """The names by channel number, in the order of the numbers; channels without a name are left out.

    A change is on disk when the call returns. One thread changes them, any thread may read.
    """

    def __init__(self, folder: Path) -> None:
        self._file = LineFile(folder / FILE_NAME)
        self._names: dict[int, str] = {}  # replaced as a whole: readers keep the old one

    def load(self) -> None:
        """Read the file; damaged lines are left out, and a file that cannot be read has no names."""
        try:
            values = [line.value for line in self._file.read()]
        except OSError:
            values = []
        self._names = _merged({}, {number: name for value in values for number, name in _entry(value)})

    def change(self, names: Mapping[int, str]) -> bool:
        """Give channels other names; an empty one removes a name. Returns whether anything has changed.

        Numbers above HIGHEST_NUMBER are left out, longer names are cut off. Raises RecordingError where the
        disk is full; the names are then known until the recording is closed.
        """
        changed = _merged(self._names, names)
        if changed == self._names:
            return False
        self._names = changed
        try:
            self._file.replace([number, name] for number, name in changed.items())
        except OSError as error:
            raise RecordingError(
                f"the names of channels could not be saved in {self._file.path}: {error.strerror}"
            ) from error
        return True

    def __getitem__(self, number: int) -> str:
        return self._names[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _merged(old: Mapping[int, str], new: Mapping[int, str]) -> dict[int, str]:
    both = {**old, **new}
    numbers = sorted(number for number in both if 0 <= number <= HIGHEST_NUMBER)
    return {number: both[number][:MOST_CHARACTERS] for number in numbers if both[number]}


def _entry(value: Any) -> list[tuple[int, str]]:
    """The number and the name of a line; nothing for a damaged one."""
    if not isinstance(value, list) or [type(part) for part in value] != [int, str]:
        return []
    return [(value[0], value[1])]
