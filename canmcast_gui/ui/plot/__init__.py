"""Plots: pictures of signals, and what is done with them."""
