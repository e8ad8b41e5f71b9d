"""``canmcast bridge`` between buses with stock peers."""

import json
import signal

import pytest

from tests.cli.conftest import assert_one_line

RULES = """
[[rule]]
name = "requests"
from = "left"
to = "right"
filter = "id == 0x101"
id = 0x7E0
"""


@pytest.fixture
def specs(network) -> tuple[list[object], list[int]]:
    """Options of two buses that do not leave this host, and their ports."""
    ports = [network.free_port(), network.free_port()]
    names = ("left", "right")
    options = [
        part
        for name, port in zip(names, ports, strict=True)
        for part in ("--bus", f"{name}=multicast:,local=true,port={port}")
    ]
    return options, ports


def wait_until_forwarding(running):
    line = running.process.stderr.readline()
    assert "forwarding between 1 (left) and 2 (right)" in line, line + running.process.stderr.read()
    return running


def test_both_directions_without_rules_and_a_report(start, stock_peer, specs, tmp_path):
    options, ports = specs
    bridge = start("bridge", *options, "--duration", 6, "--report", tmp_path / "r.json")
    wait_until_forwarding(bridge)
    # a peer that ends with its count, so that the copy of its own frames is not counted
    receivers = [
        stock_peer("recv", "--port", port, "--count", 100, "--seconds", 8) for port in reversed(ports)
    ]
    for port in ports:
        stock_peer("send", "--port", port, "--rate", 500, "--count", 100, "--ids", 7 + port % 2).result()
    for receiver in receivers:
        assert receiver.result()["received"] == 100
    result = bridge.result()
    assert result.returncode == 0
    assert "200 frames forwarded" in result.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["forwarded"] == {"1>2": 100, "2>1": 100}
    assert (report["dropped"], report["failed"], report["lost"]) == (0, 0, 0)
    assert 0 < report["latency_p50_ms"] <= report["latency_p99_ms"]
    assert report["duration_s"] >= 6
    (rule,) = report["rules"]
    assert (rule["name"], rule["seen"], rule["forwarded"]) == ("all frames", 200, 200)


def test_rules_of_a_file_and_a_clean_end_at_ctrl_c(start, stock_peer, specs, tmp_path):
    options, ports = specs
    (tmp_path / "rules.toml").write_text(RULES)
    bridge = start("bridge", *options, "--rules", tmp_path / "rules.toml", "--report", tmp_path / "r.json")
    wait_until_forwarding(bridge)
    receiver = stock_peer("recv", "--port", ports[1], "--count", 10, "--seconds", 8)
    stock_peer("send", "--port", ports[0], "--rate", 500, "--count", 20, "--ids", 2).result()
    assert receiver.result()["ids"] == {"7E0": 10}
    result = bridge.interrupt(signal.SIGINT).result()
    assert result.returncode == 0
    assert "Traceback" not in result.stderr
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["forwarded"] == {"1>2": 10}
    assert report["dropped"] == 10
    assert [(rule["name"], rule["forwarded"]) for rule in report["rules"]] == [("requests", 10)]


def test_mistakes_are_one_line(canmcast, specs, tmp_path):
    options, _ports = specs
    path = tmp_path / "rules.toml"
    path.write_text("[[rule]]\n\nfrom = 'middle'\n")
    assert_one_line(
        canmcast("bridge", *options, "--rules", path),
        1,
        "rules.toml, line 3: there is no channel 'middle'; the channels are 1 (left), 2 (right)",
    )
    path.write_text("[[rule]\n")
    assert_one_line(canmcast("bridge", *options, "--rules", path), 1, "rules.toml, line 1, column 7")
    result = canmcast("bridge", *options[:2])
    assert (result.returncode, "give --bus twice" in result.stderr) == (2, True)
    result = canmcast("bridge", *options, "--bus", "nothing")
    assert (result.returncode, "'nothing' is not a channel: write KIND:ADDRESS" in result.stderr) == (2, True)
    result = canmcast("bridge", *options, "--bus", "multicast:239.1.1.1,speed=3")
    assert (result.returncode, "there is no option 'speed'" in result.stderr) == (2, True)
    missing = ("--bus", "multicast:239.1.1.1,interface=missing0")
    assert_one_line(canmcast("bridge", *options[:2], *missing), 1, "missing0")
