"""The database browser: messages, signals, nodes and problems, their details, and the loaded files."""
