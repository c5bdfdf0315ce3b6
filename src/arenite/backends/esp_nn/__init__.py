"""ESP-NN behind Espressif's glue: overlap, scratch and tail; its limits are those of the reference kernels."""
