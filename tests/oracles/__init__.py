"""Slow and obvious answers to compare the fast ones with. They share no code with the package but its types."""
