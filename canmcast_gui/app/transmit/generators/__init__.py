"""The payload generators of a row as forms.

A row stores the text of its generators. ``forms`` has the fields of each kind, and makes its text of their
values; ``values`` gives the values for a text, and says what is wrong with them; ``defaults`` proposes values
for a new generator.
"""
