"""The status bar: state, counters, tasks, recording, and the bus load at assumed bit rates."""
