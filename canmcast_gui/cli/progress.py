"""Progress on stderr while somebody looks at it; silent where stderr is no terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from canmcast_gui.printable import printable


@contextmanager
def live_line() -> Iterator[Callable[[str], None]]:
    """A line that can be said anew again and again and is gone at the end."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(Text(printable(text)))


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float], None]]:
    """A bar that goes from 0 to 1."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(printable(title)), total=1.0)
        yield lambda share: progress.update(task, completed=share)
