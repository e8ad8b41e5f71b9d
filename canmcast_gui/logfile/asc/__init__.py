"""Vector ASC files, by columns where lines look usual and line by line where they do not."""
