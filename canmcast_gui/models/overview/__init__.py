"""What the header line, the overview and Go to time show of a recording, as text and numbers."""
