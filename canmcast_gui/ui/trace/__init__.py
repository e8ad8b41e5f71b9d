"""The views of the trace, and the filter, marks and colors that they share."""
