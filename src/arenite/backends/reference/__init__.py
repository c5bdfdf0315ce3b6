"""TFLM's reference kernels: overlap and scratch."""
