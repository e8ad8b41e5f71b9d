"""What text formats share: reading many lines at once as columns, single lines, and writing lines.

A block of lines is an array of bytes; a field of many lines is copied from it and converted to numbers with
a few calls of numpy. Lines that do not have the usual form are left to the format's parser of single lines,
which is complete.
"""
