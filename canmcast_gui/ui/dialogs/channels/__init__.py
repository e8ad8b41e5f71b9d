"""The dialog that asks which channels to open: a list of channels, and the fields of the current one.

To add a kind of channel with fields of its own, write a subclass of ``KindFields`` and add it to ``_FORMS``.
"""

from canmcast_gui.ui.dialogs.channels.dialog import ChannelsDialog

__all__ = ["ChannelsDialog"]
