"""Tail of Espressif's ESP-NN kernels, where it differs from the reference kernels."""

from __future__ import annotations

OP_DATA = {
    "CONV_2D": "9i2p4i",
    "DEPTHWISE_CONV_2D": "9i2p4i",
    "SOFTMAX": "q7i5pi",
}
"""Structure that the kernel's Init allocates (NodeData in esp-tflite-micro's kernels/esp_nn/*.cc)."""
