"""Arenite's own kernels in C: overlap, what is passed on to CMSIS-NN, folded paddings, and what is kept."""
