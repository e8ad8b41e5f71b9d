"""Writing log files of any format: complete or not at all, with a count of what the format cannot hold."""
