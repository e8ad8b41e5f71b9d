"""Vector ASC files."""
