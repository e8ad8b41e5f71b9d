"""Services of the program that know no bus and no recording: settings, tasks, messages, the event loop.

May import the packages below ``app``, and nothing else of ``app``.
"""
