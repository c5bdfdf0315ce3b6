"""Addresses of buffers, in as few bytes as can be proven."""
