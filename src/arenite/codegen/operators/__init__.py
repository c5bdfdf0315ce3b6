"""Lowers operators to calls of kernels: one function per kind, which refuses what it cannot express."""
