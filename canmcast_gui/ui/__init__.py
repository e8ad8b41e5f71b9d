"""Windows, panels, views and dialogs (QtWidgets, pyqtgraph).

``start.run`` starts the program. Views get the session and draw what ``models`` and ``app`` know; they hold
no measurement data. May import every package except ``cli``.
"""
