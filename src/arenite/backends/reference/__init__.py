"""TFLM's reference kernels: overlap, scratch, tail and limits."""
