"""The handbook window: contents, pages, search. Loaded when it is first opened."""
