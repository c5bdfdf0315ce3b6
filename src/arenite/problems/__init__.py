"""The types of problems and solutions, as plain numbers: orders, layouts, layouts with moves.

Also functions of these numbers alone: sets of distances, and the load of lifetimes. Nothing here knows a model.
"""
