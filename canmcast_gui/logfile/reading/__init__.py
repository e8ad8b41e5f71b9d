"""Reading log files of any format: recognition, one reader for one file or several, checks, a summary."""
