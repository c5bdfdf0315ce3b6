"""What the solvers are asked and what they answer: orders, layouts, layouts with moves. Plain numbers; no model."""
