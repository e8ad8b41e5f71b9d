"""Vector's BLF files: containers of zlib, in them objects; those that are frames, by columns.

Format: no public specification; facts after Toby Lorenz' vector_blf, python-can's reader and files of
Vector's own tools. A file is a header, then containers whose inflated contents follow each other as one
stream of objects, which may begin in one container and end in the next.
"""
