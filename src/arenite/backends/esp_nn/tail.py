"""What a kernel that calls ESP-NN keeps in the tail, where it is not what the reference kernel keeps."""

from __future__ import annotations

OP_DATA = {
    "CONV_2D": "9i2p4i",
    "DEPTHWISE_CONV_2D": "9i2p4i",
    "SOFTMAX": "q7i5pi",
}
"""What the kernel's Init allocates for itself (esp-tflite-micro's kernels/esp_nn/*.cc, the structure NodeData)."""
