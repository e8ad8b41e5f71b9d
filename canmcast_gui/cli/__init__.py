"""The headless commands: ``canmcast dump``, ``send``, ``record`` and the others."""


def main() -> None:
    """Run the command line of ``canmcast``; ends the process with its exit code."""
    from canmcast_gui.cli.program import program

    program(prog_name="canmcast")
