"""Order and layout searched together, without overlap."""
