"""Layouts of least height for buffers with given lifetimes, each with a proven lower bound."""
