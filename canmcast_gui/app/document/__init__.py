"""The document of the session: a recording, filled from the bus or a file, with databases and a reference.

``document.Document`` is ``session.document``. ``files`` has the background tasks that load, save and export;
``log_recording`` writes a log file while frames arrive. May import ``app.program`` and all packages below
``app``.
"""
