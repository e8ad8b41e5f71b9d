"""The table of sources: numbers stay, and a network that invents addresses cannot fill the memory."""

from canmcast_gui.frames import Source, SourceTable


def test_a_source_keeps_its_number():
    table = SourceTable()
    one, two = Source("10.0.0.7", 43113), Source("fe80::1%eth0", 5)
    assert [table.number(one), table.number(two), table.number(one)] == [1, 2, 1]
    assert table[2] == two
    assert table.find(Source("10.0.0.8", 1)) is None
    assert [str(source) for source in table] == ["", "10.0.0.7:43113", "[fe80::1%eth0]:5"]


def test_a_full_table_returns_the_unknown_source():
    table = SourceTable(limit=3)
    numbers = [table.number(Source(f"10.0.0.{n}", 1)) for n in range(5)]
    assert numbers == [1, 2, 0, 0, 0]
    assert len(table) == 3
    assert table[99] == Source()
