"""Text formats as columns: many lines of a log at once, in numpy, instead of one after the other.

A block of whole lines is an array of bytes; fields of many lines are gathered from it and turned into numbers
together. Lines that do not look usual are left to the format's parser of single lines, which is complete.
"""
