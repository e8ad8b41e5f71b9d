"""Sockets of a multicast group: interfaces and routes, differences between systems, receiving and sending."""
