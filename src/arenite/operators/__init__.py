"""Properties of operators that do not depend on kernels: kinds, MACs, windows, state, lifetimes."""
