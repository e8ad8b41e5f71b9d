"""The model of the panel Gateway."""

import numpy as np
from PySide6.QtCore import Qt

from canmcast_gui.gateway.counters import GatewayReport, RuleCounts
from canmcast_gui.gateway.rules import Rule
from canmcast_gui.models.gateway import COLUMNS, FAILED, LATENCY, ON, GatewayModel


def texts(model: GatewayModel, row: int) -> list[str]:
    return [model.index(row, column).data() for column in range(1, len(COLUMNS))]


def test_rules_with_their_counters(qtmodeltester):
    model = GatewayModel()
    qtmodeltester.check(model)
    rules = (Rule("speed", "a", "b", "id == 1", id=0x300), Rule(drop=True, enabled=False))
    model.show_rules(rules, GatewayReport())
    assert texts(model, 0) == ["speed", "a → b", "id == 1", "id 0x300", "0", "0", "0", "0", ""]
    assert texts(model, 1)[:4] == ["rule 2", "any → any", "", "drop"]
    counts = RuleCounts("speed", seen=1234, forwarded=1200, dropped=30, failed=4, failure="no room")
    counts.add_latencies(np.full(100, 1_000_000))
    model.show_rules(rules, GatewayReport([counts, RuleCounts()]))
    assert texts(model, 0)[4:] == ["1,234", "1,200", "30", "4", model.index(0, LATENCY).data()]
    assert model.index(0, LATENCY).data() in ("1.00 ms", "1.01 ms", "1.02 ms")
    assert model.index(0, FAILED).data(Qt.ItemDataRole.ToolTipRole) == "no room"


def test_the_tick_asks_for_a_change():
    model = GatewayModel()
    model.show_rules((Rule(), Rule(enabled=False)), GatewayReport())
    states = [model.index(row, ON).data(Qt.ItemDataRole.CheckStateRole) for row in (0, 1)]
    assert states == [Qt.CheckState.Checked, Qt.CheckState.Unchecked]
    switched = []
    model.switched.connect(lambda row, on: switched.append((row, on)))
    assert model.setData(model.index(1, ON), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert model.setData(model.index(0, ON), 0, Qt.ItemDataRole.CheckStateRole)
    assert switched == [(1, True), (0, False)]
