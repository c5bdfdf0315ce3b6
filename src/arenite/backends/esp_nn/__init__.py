"""Espressif's kernels that call ESP-NN: overlap, scratch and tail; the limits are those of the reference kernels."""
