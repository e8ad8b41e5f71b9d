"""Tables with columns that are data: titles, tool tips, alignment."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

from canmcast_gui.models.columns import ColumnTable


@dataclass
class Column:
    title: str
    tip: str = ""
    right: bool = False


class Table(ColumnTable):
    columns = (Column("Name", "the name"), Column("Count", right=True))


def test_titles_tips_and_alignment_are_those_of_the_columns():
    table = Table()
    ask = lambda section, role: table.headerData(section, Qt.Orientation.Horizontal, role)  # noqa: E731
    assert [ask(section, Qt.ItemDataRole.DisplayRole) for section in range(2)] == ["Name", "Count"]
    assert ask(0, Qt.ItemDataRole.ToolTipRole) == "the name"
    assert ask(0, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignLeft
    assert ask(1, Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight
    assert ask(0, Qt.ItemDataRole.DecorationRole) is None
    assert table.headerData(0, Qt.Orientation.Vertical) is None
