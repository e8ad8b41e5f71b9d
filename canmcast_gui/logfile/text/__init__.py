"""Text formats as columns: many lines of a log at once, in numpy, instead of one after the other.

A block of whole lines is an array of bytes; fields of many lines are gathered from it and turned into numbers
together. What does not look usual is left to the parser of single lines, which knows everything.
"""
