"""The main window: docks, menus, and the commands for files, marks and workspaces."""
