"""How operators become calls of kernels: one function for each kind of operator, which refuses what it cannot do."""
