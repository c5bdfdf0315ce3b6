"""Which stretches of a model to execute in parts."""
