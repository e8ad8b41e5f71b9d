"""Where the panels are: layouts to choose from, their proportions, and the size of the window."""
