"""The capture process, which receives for a program that is busy with other work, and its decoder.

``client.Capture`` is the side of the program, ``process`` the other one; both use ``ring`` and
``shared_statistics``, which are in shared memory. ``datagram_decoder`` is also a part of a
``Receiver`` without a process. May import all of ``transport`` except ``bus``.
"""
