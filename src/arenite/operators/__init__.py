"""Facts of operators that do not depend on kernels: MACs, windows, state, lifetimes, required inputs."""
