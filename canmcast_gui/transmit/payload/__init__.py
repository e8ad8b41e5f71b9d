"""Payloads that change from frame to frame: counters, waveforms, checksums, and the bits that they change."""
