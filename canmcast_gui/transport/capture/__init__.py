"""Datagrams to frames and their senders, and the process that receives for a program that has other work."""
