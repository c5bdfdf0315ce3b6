"""Models rewritten: each pass takes a model and returns one that computes exactly the same."""
