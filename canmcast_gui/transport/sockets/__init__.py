"""Sockets of a multicast group: interfaces, routes, opening, receiving and sending of datagrams.

Each difference between operating systems is a function of ``platforms`` with its reason. May import
``frames`` and ``processes``, ``transport.wire``, ``transport.errors`` and ``transport.settings``.
"""
