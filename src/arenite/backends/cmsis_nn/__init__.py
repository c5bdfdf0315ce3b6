"""CMSIS-NN behind TFLM's glue: overlap, scratch, tail and limits."""
