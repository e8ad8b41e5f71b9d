"""The files of a recording.

``chunk`` has the format of a chunk's files, ``maps`` reads files as arrays, ``loading`` opens the chunks of a
folder, ``store`` appends to the newest chunk and evicts the oldest ones.
"""
