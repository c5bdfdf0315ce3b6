"""From problems to solutions, with lower bounds and their proofs. No module here knows a model, a file or a target."""
