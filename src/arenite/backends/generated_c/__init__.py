"""The kernels that Arenite writes: overlap."""
