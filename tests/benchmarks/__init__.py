"""Benchmarks, as ratios to a peer in the same run: ``python -m tests.benchmarks [SUBJECT ...]``.

They are not tests: on a busy machine a figure can miss its target although nothing is wrong.
"""
