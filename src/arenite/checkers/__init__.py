"""Independent checkers of orders, bounds, layouts and plans. They use no code of the solvers."""
