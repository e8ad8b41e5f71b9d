"""The main window. It makes all panels and views, and connects actions and menus to commands.

Commands are grouped by subject: ``bus``, ``files``, ``trace`` and ``workspace``. ``status_bar`` shows tasks,
counters, the bus load and what is recorded.
"""
