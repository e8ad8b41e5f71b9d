"""Writing what comes in: files by size or time, triggers, a process of its own."""
