"""What the tests of dialogs share."""


def dialog_of(window, kind):
    """The only visible dialog of a kind."""
    found = [one for one in window.findChildren(kind) if one.isVisible()]
    assert len(found) == 1
    return found[0]
