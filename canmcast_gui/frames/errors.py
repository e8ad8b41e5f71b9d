"""The base of every error that is meant for the user."""


class UserError(Exception):
    """Something that the user can put right: its text says what is wrong, where, and what to do.

    The window shows the text and the command line prints it; neither logs a traceback. Errors that only one
    part of the program reports to another, whose text is part of a sentence, do not derive from it.
    """
