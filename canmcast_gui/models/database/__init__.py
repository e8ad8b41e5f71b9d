"""The models of the database browser."""
