"""The wire format of python-can's ``udp_multicast``: encode frames and batches as datagrams, and decode them.

``codec`` handles one datagram of any layout; ``header_cache`` makes that faster for headers that repeat;
``decode_batch`` and ``encode_batch`` handle many datagrams of the usual layout, which ``templates``
describes. Works on bytes and arrays and opens no socket. May import ``frames`` and ``transport.errors``.
"""
