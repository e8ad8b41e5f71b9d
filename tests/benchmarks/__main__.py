"""``python -m tests.benchmarks [SUBJECT ...]``: measure, and print one table for each subject."""

from __future__ import annotations

import argparse
import importlib

from tests.benchmarks.figure import table
from tests.support.isolation import enter_private_network

# Each is a module of this package with a function run() that returns a list of Figure.
SUBJECTS = (
    "transport",
    "capture",
    "recording",
    "statistics",
    "database",
    "transmit",
    "answers",
    "gateway",
    "opening",
    "logfile",
    "logfile_binary",
    "logfile_tables",
    "recorder",
    "plot",
    "window",
    "channels",
)


def main() -> None:
    """Measure the subjects on the command line, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"one of {', '.join(SUBJECTS)}")
    subjects = parser.parse_args().subjects or SUBJECTS
    if unknown := set(subjects) - set(SUBJECTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SUBJECTS)}")
    reason = enter_private_network()
    if reason:
        parser.exit(1, f"no private network here ({reason}); nothing is measured on a real one\n")
    for subject in subjects:
        print(f"\n## {subject}\n", flush=True)
        print(table(importlib.import_module(f"tests.benchmarks.{subject}").run()), flush=True)


if __name__ == "__main__":
    main()
