"""Titles of tables whose columns are data."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

from canmcast_gui.models.columns import ColumnTable


@dataclass
class Column:
    title: str
    tip: str = ""
    right: bool = False


class Table(ColumnTable):
    columns = (Column("Name", "what it is called"), Column("Count", right=True))


def test_titles_tips_and_sides_come_from_the_columns():
    table = Table()
    ask = lambda section, role: table.headerData(section, Qt.Orientation.Horizontal, role)  # noqa: E731
    assert [ask(section, Qt.ItemDataRole.DisplayRole) for section in range(2)] == ["Name", "Count"]
    assert ask(0, Qt.ItemDataRole.ToolTipRole) == "what it is called"
    assert ask(0, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft
    assert ask(1, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert ask(0, Qt.ItemDataRole.DecorationRole) is None
    assert table.headerData(0, Qt.Orientation.Vertical) is None
