"""The database browser's models."""
