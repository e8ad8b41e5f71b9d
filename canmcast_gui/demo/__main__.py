"""``python -m canmcast_gui.demo``: prepares the imports of ``program``, and runs it."""

import sys

from canmcast_gui.lean_imports import hide_asammdf_from_python_can

if __name__ == "__main__":
    hide_asammdf_from_python_can()
    from canmcast_gui.demo.program import main

    sys.exit(main())
