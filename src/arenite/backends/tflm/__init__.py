"""TFLM's own planner and bookkeeping, whichever kernels it runs."""
