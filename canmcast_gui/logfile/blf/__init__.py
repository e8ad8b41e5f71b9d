"""Vector BLF files: containers of compressed objects, some of which are frames.

Format: there is no public specification; facts from Toby Lorenz' vector_blf, python-can's reader and files of
Vector's tools. A file is a header, then containers whose inflated contents form one stream of objects. An
object may start in one container and end in the next.

python-can also has a reader and a writer, which handle one object at a time. Ours handle whole containers as
columns: both are 21 times as fast (resources/handbook/figures.md), and the reader reads truncated and damaged
files, with an estimate of what is missing.
"""
