"""Child processes of the program: how they are started, talked to, watched and ended.

The one launcher: capture, transmit, recorder and demo all start their process here. It needs the standard
library only, and each side imports just its own modules (``supervised`` here, ``parent`` there), so that such
a process starts quickly.
"""
