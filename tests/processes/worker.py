"""A process of ours for tests: it says what it is told to say, and answers in upper case."""

import select
import signal
import sys
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, whose pipes have the size that they have
    fcntl = None

from canmcast_gui.processes.parent import ParentLink, work_for_parent


def warn_often() -> None:
    """Write more on standard error than a small pipe holds."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        fcntl.fcntl(sys.stderr, fcntl.F_SETPIPE_SZ, 4096)
    for number in range(2000):
        print(f"warning {number}: nothing can arrive", file=sys.stderr)


def work(link: ParentLink) -> int:
    """The first argument is what to do; "once FILE" is ready the first time and fails from then on.

    "warn" writes warnings on standard error at each message.
    """
    what, *rest = link.arguments
    if what == "fail" or (what == "once" and Path(rest[0]).exists()):
        link.say_failed("the dog ate it")
        return 3
    if what == "crash":
        raise RuntimeError("unexpected")
    if what == "once":
        Path(rest[0]).touch()
    link.say_ready({"sigint": signal.getsignal(signal.SIGINT) == signal.SIG_IGN})
    while not link.channel.closed:
        select.select([link.channel], [], [])
        for message in link.channel.receive():
            if what == "warn":
                warn_often()
            link.channel.send(message.upper())
            link.wakeup.set()
    return 0


if __name__ == "__main__":
    work_for_parent(work)
