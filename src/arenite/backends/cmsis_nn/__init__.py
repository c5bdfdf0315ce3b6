"""TFLM's kernels that call CMSIS-NN: overlap, scratch, tail and limits."""
