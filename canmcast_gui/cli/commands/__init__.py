"""The commands: ``commands/NAME.py`` holds ``command``, which is imported when it is called or explained.

What a command needs besides its options is in modules of its own: ``player`` (play), ``fuzzer`` (fuzz),
``by_id_screen`` (monitor). ``canmcast_gui.cli.program`` lists the names and their one-line descriptions.
"""
