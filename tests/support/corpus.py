"""Real files of other people's tools, where they are at hand: tests that need them skip where not."""

import csv
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def corpus_file(name: str) -> Path:
    """A file of the corpus; skips the test where it is not at hand."""
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"no corpus here: {name}")
    return path


def corpus_table(name: str) -> list[dict[str, str]]:
    """The rows of one of the corpus's tables; none where it is not at hand."""
    path = CORPUS / name
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
