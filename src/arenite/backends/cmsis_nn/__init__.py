"""CMSIS-NN: overlap, calls and scratch."""
