"""SocketCAN with real peers: runs the tests of with_socketcan.py once, under a kernel that has it."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from tests.channels.adapter import with_socketcan
from tests.support import vcan

_NAMES = [name for name in vars(with_socketcan) if name.startswith("test_")]
_SECONDS = 150.0

Outcomes = dict[str, str]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    """How each test ended: "passed", or its report."""
    if reason := vcan.why_not():
        pytest.skip(reason)
    report = tmp_path_factory.mktemp("socketcan") / "report.xml"
    # Without the configuration of the project, which needs the tools for tests of windows.
    options = ["-c", "/dev/null", "--rootdir", ".", "-p", "no:pytest-qt", "-p", "no:randomly"]
    options += [
        "-p",
        "no:cacheprovider",
        "--tb=short",
        "--durations=0",
        "-o",
        "junit_family=xunit1",
        f"--junitxml={report}",
    ]
    ended = vcan.run([sys.executable, "-m", "pytest", "-q", *options, with_socketcan.__file__], _SECONDS)
    if not report.exists():
        pytest.fail(f"the tests did not run: {ended.output[-4000:]}", pytrace=False)
    return _read(report)


def _read(report: Path) -> Outcomes:
    outcomes: Outcomes = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        problems = [part.text or part.get("message", "") for part in case if part.tag in ("failure", "error")]
        outcomes[case.get("name", "")] = "\n".join(problems) or "passed"
    return outcomes


@pytest.mark.parametrize("name", _NAMES)
def test_socketcan(outcomes: Outcomes, name: str) -> None:
    """One test of with_socketcan.py."""
    outcome = outcomes.get(name, "did not run")
    if outcome != "passed":
        pytest.fail(outcome, pytrace=False)
