"""Windows, views and dialogs."""
