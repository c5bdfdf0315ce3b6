"""Order and layout with overlap searched together."""
