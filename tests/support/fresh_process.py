"""Measure in a new process, whose memory nothing else has used."""

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def number_from(program: str, *arguments: object) -> int:
    """The number that a program, given as source code, prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True, cwd=PROJECT
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)
