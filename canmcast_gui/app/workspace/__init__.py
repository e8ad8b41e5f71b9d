"""Workspaces: what the user set up, as values, and the file that stores them.

``workspace.Workspace`` holds all of it; the setups are parts that views and panels take and give. May import
``app.program`` and all packages below ``app``.
"""
