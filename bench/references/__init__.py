"""Servers to compare with: the least that could deliver a message, and what the Channels tutorial teaches."""
