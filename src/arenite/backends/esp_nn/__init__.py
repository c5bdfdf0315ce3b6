"""ESP-NN: overlap and scratch."""
