"""The checks of ``canmcast doctor``: the steps to the first frame, and traffic for other groups.

``steps`` checks interface, port, group and loopback; ``other_groups`` listens to other groups and interfaces,
and counts all multicast datagrams for a port (Linux, root); it also reads the system's lists of
joined groups and of programs on a port.
"""
