"""The database browser."""
