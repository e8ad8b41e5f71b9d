"""Functions that a process finds by their names on its command line.

So a package can run what packages above it have made, without importing them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any


def load_factory(name: str) -> Callable[..., Any]:
    """The function with a name such as "module:function". What it makes is only known to its caller."""
    module, _, function = name.partition(":")
    factory: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return factory
