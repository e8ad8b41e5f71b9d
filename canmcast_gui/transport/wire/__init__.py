"""The wire format of python-can's ``udp_multicast``: a frame or a batch of frames as datagrams, and back.

Works on bytes and arrays only; opens no socket.
"""
