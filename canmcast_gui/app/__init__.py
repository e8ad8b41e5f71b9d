"""The session and its controllers: open a bus, keep the recording, load files and databases, record, send.

QtCore only, no widgets: whatever the window can do is possible without a window. ``session.Session`` is the
entry; ``settings.AppSettings``, ``workspace.Workspace``, ``tasks.Task`` and ``clock.DisplayClock`` are what
views need beside it. May import every package below it, and neither ``models`` nor ``ui`` nor ``cli``.
"""
