"""What solvers are asked and what they answer: orders, layouts, layouts with moves.

Also what follows from these numbers alone: sets of distances, and the load of lifetimes. No model.
"""
