"""The filter in force, and the field that it is typed into: completion, saved filters, and errors."""
