"""Tables of frames, whichever tool wrote them: columns are found by their titles."""
