"""The handbook in a window of its own: contents, pages, search. Loaded when it is first asked for."""
