"""Sequences: steps that send frames, wait, wait for frames and repeat."""
