"""The command line ``canmcast``: ``dump``, ``send``, ``record`` and the other commands, without Qt.

``main`` is the entry point; ``program.COMMANDS`` lists the commands, each of which is a module of
``commands``. May import every package below ``app``, and neither ``app`` nor ``models`` nor ``ui``.
"""

import sys


def main() -> None:
    """Run the command line of ``canmcast``; ends the process with its exit code."""
    try:
        from canmcast_gui.cli.startup import repair_environment

        repair_environment()
        from canmcast_gui.cli.program import program

        program(prog_name="canmcast")
    except KeyboardInterrupt:  # before any work has started
        sys.exit(1)
