"""The end of the program, while a destructor of Qt holds a lock and Python has much to collect."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.window

END_SECONDS = 30

# The receiver is deleted when the window has ended. Its destructor holds a lock of Qt's pool while it tells
# the sender; what Python collects there takes a lock of the same pool for each object that it deletes.
PROGRAM = """
import gc
from PySide6.QtCore import QObject, Signal
from canmcast_gui.options import StartOptions
from canmcast_gui.ui import app, start

class Circle(QObject):
    def __init__(self):
        super().__init__()
        self.circle = self
        self.destroyed.connect(self.deleteLater)

class Sender(QObject):
    fired = Signal()
    circles = []
    told = 0

    def disconnectNotify(self, signal):
        Sender.told += 1
        Sender.circles = []
        kept = [[] for _ in range(100_000)]

class Program(app.Program):
    def __init__(self, *arguments):
        print("automatic at the start:", gc.isenabled())
        super().__init__(*arguments)
        Sender.circles = [Circle() for _ in range(1000)]

app.Program = Program
sender, receiver = Sender(), QObject()
sender.fired.connect(receiver.deleteLater)
code = start.run(StartOptions(quit_after=0.1))
del receiver
print("told:", Sender.told, "code:", code)
"""


def test_nothing_is_collected_inside_a_destructor_of_qt():
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=END_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        pytest.fail(f"the program hangs: {error.stderr}")
    assert done.stdout == "automatic at the start: False\ntold: 1 code: 0\n", done.stderr
    assert done.returncode == 0
