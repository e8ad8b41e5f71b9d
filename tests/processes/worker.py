"""A child process for tests: it starts, fails or crashes as told, and answers messages in upper case."""

import select
import signal
import sys
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, where the size of pipes is fixed
    fcntl = None

from canmcast_gui.processes.parent import ParentLink, run_for_parent


def warn_often() -> None:
    """Write more on standard error than a small pipe holds."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(sys.stderr, fcntl.F_SETPIPE_SZ, 4096)
    for number in range(2000):
        print(f"warning {number}: nothing can arrive", file=sys.stderr)


def work(link: ParentLink) -> int:
    """The first argument is the behavior; "once FILE" is ready the first time and then fails.

    "warn" writes warnings on standard error at each message.
    """
    what, *rest = link.arguments
    if what == "fail" or (what == "once" and Path(rest[0]).exists()):
        link.report_failure("it cannot start")
        return 3
    if what == "crash":
        raise RuntimeError("unexpected")
    if what == "once":
        Path(rest[0]).touch()
    link.report_ready({"sigint": signal.getsignal(signal.SIGINT) == signal.SIG_IGN})
    while not link.channel.closed:
        select.select([link.channel], [], [])
        for message in link.channel.receive():
            if what == "warn":
                warn_often()
            link.channel.send(message.upper())
            link.wakeup.set()
    return 0


if __name__ == "__main__":
    run_for_parent(work)
