"""Arenite's own kernels in C: overlap, calls of CMSIS-NN, folded PADs, and state between inferences."""
