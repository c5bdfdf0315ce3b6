"""Layouts in which buffers move between operators."""
