"""A server of the socketcand protocol, so that other tools use one of our channels.

``command.py`` is the command ``serve``, ``protocol.py`` has the texts of frames and commands, ``client.py``
one connected tool, ``server.py`` the loop. The protocol is that of the project linux-can/socketcand: its raw
mode with classic and CAN FD frames, and of its broadcast manager mode sending and subscriptions.
"""
