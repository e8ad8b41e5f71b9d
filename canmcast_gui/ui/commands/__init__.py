"""Commands on what the user has selected: a frame, an id, a message, signals, a source.

``Subject`` is what is selected. ``SubjectCommands`` makes one action for each command, which the menu bar and
all context menus show, and which acts on the subject of the panel that had the focus last. Each panel
registers a function that returns its subject.
"""
