"""Datagrams to frames and their senders, and the process that receives for a program that has other work.

``client.Capture`` is the program's side, ``process`` the other; ``ring`` and ``shared_statistics`` are what
both see in shared memory. ``datagram_decoder`` and ``peers`` also serve a ``Receiver`` without a process.
May import all of ``transport`` except ``bus``.
"""
