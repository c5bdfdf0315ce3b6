"""Layouts in which buffers may move between operators, of least height and with few bytes moved."""
