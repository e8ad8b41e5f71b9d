"""Real log files of other tools. Tests that need them are skipped if they are not available."""

import csv
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def corpus_file(name: str) -> Path:
    """A file of the corpus; skips the test if it is not available."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"no corpus here: {name}")
    return path


def corpus_table(name: str) -> list[dict[str, str]]:
    """The rows of a table of the corpus; none if it is not available."""
    path = CORPUS / name
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
