"""Errors for users have one base class in all packages."""

import pytest

from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.app.workspace.workspace import WorkspaceError
from canmcast_gui.database.problems import DatabaseError, TableError
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.text import FrameSyntaxError
from canmcast_gui.logfile.problems import FileError
from canmcast_gui.processes.launcher import ChildError
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transport.errors import BusError, FrameError

VALUE_ERRORS = [FilterError, FrameError, FrameSyntaxError, RowError]
OTHERS = [
    BusError,
    ChildError,
    DatabaseError,
    FileError,
    RecordingError,
    TableError,
    TransmitError,
    WorkspaceError,
]


@pytest.mark.parametrize("error", VALUE_ERRORS + OTHERS)
def test_errors_for_the_user_have_one_base(error):
    assert issubclass(error, UserError)


@pytest.mark.parametrize("error", VALUE_ERRORS)
def test_a_wrong_value_is_a_value_error_too(error):
    assert issubclass(error, ValueError)
