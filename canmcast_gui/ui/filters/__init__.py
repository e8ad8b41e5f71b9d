"""The field that a filter is typed into: completion, saved and recent filters, and errors."""
