"""The control flow: from a model and options to a plan."""
