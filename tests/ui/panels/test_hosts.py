"""The hosts panel: it counts while it is visible, and starts again with each recording."""

import pytest
from PySide6.QtCore import Qt

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.frames import Source
from canmcast_gui.models.hosts import NAME
from canmcast_gui.resources_path import resource
from canmcast_gui.ui.panels.hosts import HostsPanel
from tests.support.frames import traffic
from tests.ui.live import WAIT_MS, ticks


@pytest.fixture
def session(stage):
    """The session of the stage."""
    return stage.session


@pytest.fixture
def panel(qtbot, session, stage):
    names = SourceNames(session.document, session.tasks)
    panel = HostsPanel(session, stage.settings, names)
    panel.names = names
    qtbot.addWidget(panel)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def frames(panel) -> list[str]:
    """Sources and frames that are shown."""
    model = panel.model
    return [f"{model.index(n, 0).data()} {model.index(n, 3).data()}" for n in range(model.rowCount())]


def test_frames_of_a_source_are_counted_while_it_is_visible(qtbot, panel, session):
    assert panel.hint.isVisible()
    batch = traffic(10)
    batch.records["source"] = session.document.recording.sources.number(Source("10.0.0.7", 43113))
    session.document.recording.append(batch)
    qtbot.waitUntil(lambda: frames(panel) == ["10.0.0.7:43113 10"], timeout=WAIT_MS)
    assert not panel.hint.isVisible()
    panel.hide()
    session.document.recording.append(batch)
    ticks(session)
    assert frames(panel) == ["10.0.0.7:43113 10"]
    panel.show()
    qtbot.waitUntil(lambda: frames(panel) == ["10.0.0.7:43113 20"], timeout=WAIT_MS)


def test_a_new_recording_has_no_hosts(qtbot, panel, session):
    session.document.recording.append(traffic(10))
    qtbot.waitUntil(lambda: frames(panel) == ["unknown 10"], timeout=WAIT_MS)
    session.clear()
    assert frames(panel) == []
    assert panel.hint.isVisible()


def test_names_and_nodes_say_who_it_is(qtbot, panel, session):
    source = Source("10.0.0.7", 43113)
    batch = traffic(10)
    batch.records["source"] = session.document.recording.sources.number(source)
    batch.records["arbitration_id"] = 0xA0  # WheelSpeeds of the demonstration
    session.document.recording.append(batch)
    qtbot.waitUntil(lambda: len(frames(panel)) == 1, timeout=WAIT_MS)
    shown = lambda column: panel.model.index(0, column).data()  # noqa: E731
    assert (shown(1), shown(2)) == ("10.0.0.7:43113", "")
    panel.names.names[source] = "gateway"
    panel.names.changed.emit()
    session.databases.load(resource(DEMO_DATABASE))
    qtbot.waitUntil(lambda: shown(2) != "", timeout=WAIT_MS)
    assert (shown(1), shown(2)) == ("gateway", "Brakes")
    tip = panel.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("gateway\n10.0.0.7:43113")


def test_a_name_with_its_process_id_is_readable_in_a_narrow_panel(panel):
    header = panel.table.horizontalHeader()
    assert header.logicalIndex(0) == NAME
    text = panel.table.fontMetrics().horizontalAdvance("canmcast demo (12918)")
    assert text < header.sectionSize(NAME) < 250
