"""A process of ours for tests: it says what it is told to say, and answers in upper case."""

import select
import signal
from pathlib import Path

from canmcast_gui.frames.processes.parent import ParentLink, work_for_parent


def work(link: ParentLink) -> int:
    """The first argument is what to do; "once FILE" is ready the first time and fails from then on."""
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
            link.channel.send(message.upper())
            link.wakeup.set()
    return 0


if __name__ == "__main__":
    work_for_parent(work)
