"""The session and its parts: open a bus, keep the recording, load files and databases, record, send.

QtCore only, no widgets: everything that the window does is possible without a window. ``session.Session`` is
the entry; it owns the parts of ``bus``, ``document`` and ``workspace``. ``program`` has the services that all
use, such as settings and tasks. May import every package below it, and neither ``models`` nor ``ui`` nor
``cli``.
"""
