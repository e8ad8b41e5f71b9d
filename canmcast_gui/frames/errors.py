"""The base class of all errors for the user."""


class UserError(Exception):
    """An error that the user can correct. Its text says what is wrong, where, and what to do.

    The window shows the text and the command line prints it, without a traceback. Errors between parts of the
    program, whose text is only a part of a sentence, do not derive from it.
    """
