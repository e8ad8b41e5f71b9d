"""How fast it is, as ratios against a peer in the same run: ``python -m tests.benchmarks [SUBJECT ...]``.

These are no tests: on a busy machine a figure may fall short without anything being wrong.
"""
