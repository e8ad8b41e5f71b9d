"""The gateway: forwards frames between channels by rules, in a process of its own.

``Gateway`` (``client.py``) is the program's side: it starts ``process.py`` and reads its counters. ``Rule``
and ``RuleSet`` (``rules.py``) are the rules as plain data, ``rules_file.py`` reads and writes them as TOML.
``compiled.py`` makes them ready for use, ``engine.py`` applies them to batches, ``changes.py`` changes
frames, ``loops.py`` recognizes frames that come back, ``counters.py`` counts. Uses channels, database,
transmit, transport, processes and frames.
"""
