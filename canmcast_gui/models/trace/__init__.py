"""Models of the trace views: the chronological view, the by-ID view, the list of marks."""
