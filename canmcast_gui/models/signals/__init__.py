"""The tree of databases, messages and signals."""
