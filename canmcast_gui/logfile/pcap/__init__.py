"""Captures of tcpdump and Wireshark, pcap and pcapng, as far as they are SocketCAN frames.

Formats: the drafts of the IETF on PCAP and PCAP Next Generation, and the registry of link types.
"""
