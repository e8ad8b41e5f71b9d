"""The recorder: writes arriving frames to files by size or time, around triggers, in a process of its own."""
