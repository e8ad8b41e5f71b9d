"""Network captures (tcpdump, Wireshark) in pcap and pcapng files, of which the SocketCAN frames are read.

Formats: the IETF drafts on PCAP and PCAP Next Generation, and the registry of link types
(https://www.tcpdump.org/linktypes.html).
"""
