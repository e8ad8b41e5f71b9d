"""The headless commands: ``canmcast dump``, ``send``, ``record`` and the others."""

import sys


def main() -> None:
    """Run the command line of ``canmcast``; ends the process with its exit code."""
    try:
        from canmcast_gui.cli.startup import put_right

        put_right()
        from canmcast_gui.cli.program import program

        program(prog_name="canmcast")
    except KeyboardInterrupt:  # so early that nothing has begun
        sys.exit(1)
