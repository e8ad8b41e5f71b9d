"""Vector BLF files: containers of compressed objects; those that are frames, by columns.

Format: no public specification; facts after Toby Lorenz' vector_blf, python-can's reader and files of
Vector's own tools. A file is a header, then containers whose inflated contents follow each other as one
stream of objects, which may begin in one container and end in the next.

python-can has a reader and a writer too. Ours takes whole containers as columns, 21 times as fast for
reading and for writing (resources/handbook/figures.md), and reads files that are cut short or damaged.
"""
