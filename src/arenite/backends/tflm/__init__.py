"""TFLM's memory planner and its bookkeeping, the same for all of its kernels."""
