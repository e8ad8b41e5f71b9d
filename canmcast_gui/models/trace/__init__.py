"""The chronological view's model, from rows to texts."""
