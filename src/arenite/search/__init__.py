"""Model, options -> plan: the control flow over order, layout, execution in parts, checks and verification."""
