"""The commands for files: open, save, record, recover. They ask with ``ui/dialogs`` and call the session."""
