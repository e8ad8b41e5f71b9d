"""Above the trace: the header line of an opened file, and the overview of the recording over its time."""
