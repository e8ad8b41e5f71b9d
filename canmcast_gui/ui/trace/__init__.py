"""Views of the trace, and the filter, marks and colours that they share."""
