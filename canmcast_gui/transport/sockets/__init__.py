"""Sockets of a multicast group: interfaces and routes, differences between systems, receiving and sending.

Differences between operating systems are functions of ``platforms``, each with its reason. Knows datagrams,
not frames. May import ``frames`` and ``processes`` for their helpers, ``transport.wire``,
``transport.errors`` and ``transport.settings``.
"""
