"""Tables of frames (CSV and other text) of any tool: columns are found by their titles."""
