"""``python -m canmcast_gui.demo``: prepares the imports of ``program``, and runs it."""

import sys

from canmcast_gui.lean_imports import keep_imports_lean

if __name__ == "__main__":
    keep_imports_lean()
    from canmcast_gui.demo.program import main

    sys.exit(main())
