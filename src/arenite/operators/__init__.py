"""Facts of operators that do not depend on kernels: kinds, elementwise operators, MACs, windows, state, lifetimes."""
