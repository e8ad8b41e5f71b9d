"""``python -m canmcast_gui.cli`` is ``canmcast``."""

from canmcast_gui.cli import main

if __name__ == "__main__":
    main()
