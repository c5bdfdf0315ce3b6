"""Benchmarks of Arenite: `python -m benchmarks`."""
