"""Any bus as a channel: multicast, every interface of python-can, DroneCAN. Opens no window.

``ChannelSettings`` describes a channel, parse_channel() reads it from the text of ``--bus``. ``kinds.py`` is
the table of kinds: how each opens its capture process and its sender. ``adapter`` is the process that reads a
driver of python-can; ``interfaces.py`` says what is known about each driver. Uses transport, processes and
frames.
"""
