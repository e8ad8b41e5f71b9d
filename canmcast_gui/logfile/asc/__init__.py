"""Vector ASC files.

Format: Vector's "ASC logging files format specification", and files of other tools that differ from it.
"""
