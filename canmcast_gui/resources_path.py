"""Paths of the files beside the code: icons, the database of the demonstration, the desktop entry."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def resource(name: str) -> Path:
    """The path of a resource such as ``demo.dbc`` or ``icons/record.svg``.

    A wheel has the resources inside the package; in a checkout they are beside it.
    """
    inside = _PACKAGE / "resources"
    return (inside if inside.is_dir() else _PACKAGE.parent / "resources") / name
