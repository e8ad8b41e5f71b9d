"""The state that all trace views share."""

from canmcast_gui.frames import Source
from canmcast_gui.recording.id_statistics import OWN
from canmcast_gui.ui.trace.context import ViewContext


def test_the_name_of_a_sender_has_its_address(stage):
    context = ViewContext(stage.session, stage.settings)
    source = Source("127.0.0.1", 59631)
    number = stage.session.document.recording.sources.number(source)
    assert context.sender_name(number) == "127.0.0.1:59631"
    context.sources.names[source] = "canmcast demo (12918)"
    assert context.sender_name(number) == "canmcast demo (12918) at 127.0.0.1:59631"
    assert context.sender_name(OWN) == "this program"
    context.deleteLater()
