"""Models to problems: order and placement, as the kernels of a target allow."""
