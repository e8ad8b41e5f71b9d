"""The examples of the README and of the handbook run as they stand, with the demonstration on the bus."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
HANDBOOK = PROJECT / "resources" / "handbook"
README = (PROJECT / "README.md").read_text(encoding="utf-8")
TEXTS = [README, *(path.read_text(encoding="utf-8") for path in sorted(HANDBOOK.glob("*.md")))]
EXAMPLES = list(
    dict.fromkeys(one for text in TEXTS for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL))
)


@pytest.fixture(scope="module")
def demonstration() -> Iterator[None]:
    """The simulated car on the default port of the private network."""
    process = subprocess.Popen(
        [sys.executable, "-m", "canmcast_gui.demo"], stdin=subprocess.PIPE, cwd=PROJECT, env=os.environ
    )
    yield
    process.communicate(timeout=10)


def test_there_are_the_examples_that_are_promised():
    assert len(EXAMPLES) >= 9
    words = (
        "Notifier",
        "asyncio",
        "QSocketNotifier",
        "send_periodic",
        "recv_batch",
        "udp_multicast",
        "Recording",
    )
    for word in (*words, "load_database", "open_writer"):
        assert any(word in example for example in EXAMPLES), word


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.splitlines()[-1].strip()[:30])
def test_examples_run(example, network, demonstration):
    if not network.isolated:
        pytest.skip("the examples use the default port, which may be a bus in use here")
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", example],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    if "print" in example or "Printer" in example:
        assert result.stdout
        assert "nothing arrived" not in result.stdout


def test_the_example_of_a_log_file_and_a_database_reads_both(tmp_path):
    (example,) = (one for one in EXAMPLES if "def speeds" in one)
    log = tmp_path / "drive.log"
    log.write_text("(1.000000) can0 0A8#E803000000000000\n(2.000000) can0 123#00\n")
    names: dict = {}
    exec(example, names)
    values = list(names["speeds"](str(log), str(PROJECT / "resources" / "demo.dbc")))
    assert [(int(time), float(value)) for time, value in values] == [(1_000_000_000, 10.0)]


def test_the_readme_is_short_and_leads_into_the_handbook():
    assert len(README.splitlines()) < 100
    linked = set(re.findall(r"\]\(resources/handbook/([\w-]+)\.md\)", README))
    assert {"index", "command-line", "library", "troubleshooting", "figures"} <= linked


def test_files_that_it_names_are_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (PROJECT / target).exists(), target
    for script in re.findall(r"sh (installer/\w+\.sh)", README):
        assert (PROJECT / script).exists()
