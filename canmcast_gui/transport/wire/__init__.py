"""The wire format of python-can's ``udp_multicast``: a frame or a batch of frames as datagrams, and back.

``codec`` handles one datagram of any layout, ``header_cache`` repeats what it learned from earlier ones,
``decode_batch`` and ``encode_batch`` handle many in the usual layout, which ``templates`` describes. Works on
bytes and arrays only, opens no socket. May import ``frames`` and ``transport.errors``.
"""
