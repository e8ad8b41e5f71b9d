"""The picture of the start is drawn at once and needs few modules."""

import json
import subprocess
import sys

from PySide6.QtWidgets import QApplication

from canmcast_gui.ui.start_picture import HEIGHT, WIDTH, StartPicture, seconds_since_command

MODULES = "import sys, json, canmcast_gui.ui.start; print(json.dumps(sorted(sys.modules)))"
# Each takes longer to import than the picture takes to draw.
SLOW = {"numpy", "pyqtgraph", "can", "cantools", "msgpack", "canmcast_gui.app.session", "canmcast_gui.ui.app"}


def test_the_picture_is_drawn_before_show_now_returns(qtbot):
    picture = StartPicture(QApplication.instance())
    qtbot.addWidget(picture)
    picture.show_now()
    assert picture.painted_s is not None
    assert 0 < picture.painted_s <= seconds_since_command()
    image = picture.grab().toImage()
    assert (image.width(), image.height()) == (WIDTH, HEIGHT)
    colors = {image.pixelColor(x, y).name() for x in range(0, WIDTH, 3) for y in range(0, HEIGHT, 3)}
    assert len(colors) > 4, "icon and texts are missing"


def test_nothing_slow_is_imported_before_the_picture():
    done = subprocess.run([sys.executable, "-c", MODULES], capture_output=True, text=True, check=True)
    assert SLOW.isdisjoint(json.loads(done.stdout))


def test_the_time_since_the_command_does_not_depend_on_the_clock_of_the_day():
    code = "from canmcast_gui.ui.start_picture import seconds_since_command as s; import time;\n"
    code += "a = s(); time.sleep(0.2); print(a, s() - a)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    started, slept = map(float, done.stdout.split())
    assert started > 0
    assert slept >= 0.19
