"""Limits of what counts.py counts."""

import statistics

from tests.installer import counts


def test_a_package_has_at_most_16_modules():
    assert {package: count for package, count in counts.modules_by_package().items() if count > 16} == {}


def test_modules_are_not_too_small():
    assert statistics.median(counts.lines().values()) >= 110


def test_imports_have_no_cycle():
    assert counts.import_cycle() == []


def test_tests_use_public_names_only():
    assert counts.private_uses() == []


def test_tests_wait_for_conditions():
    assert counts.fixed_waits() == []
