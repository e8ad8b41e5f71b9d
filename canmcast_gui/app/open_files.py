"""How many files the system lets this program have open: sockets, pipes and recordings count too."""

from __future__ import annotations

import sys

# A window on a bus that records has 40 open; Qt ends the process where it gets none.
FEWEST = 64
# For recordings of many parts, and for views that read them meanwhile.
ENOUGH = 1024


def allow_open_files() -> str | None:
    """Ask for as many open files as are needed; a sentence where the system allows too few."""
    if sys.platform == "win32":
        return None
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = ENOUGH if most == unlimited else min(ENOUGH, most)
    if allowed != unlimited and allowed < wanted:
        allowed = wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if allowed == unlimited or allowed >= FEWEST:
        return None
    return f"the system allows only {allowed} open files, and at least {FEWEST} are needed: see ulimit -n"
